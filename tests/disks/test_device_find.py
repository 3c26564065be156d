"""Which device a designator means, in every shell: by the names that udev gives, never by a guess."""

from __future__ import annotations

import pytest

from tests.disks.device_bench import Devices
from tests.sandbox import SHELLS

UUID = "e3b50233:b4adc6c9:f4080aa6:f6ce09aa"


@pytest.fixture(scope="module")
def devices(devices: Devices) -> Devices:
    """Two disks are enough to be mistaken."""
    devices.loop()
    devices.loop()
    return devices


def found(devices: Devices, designator: str, shell: str) -> str:
    """The device; `none`, or the status of a failure."""
    done = devices.ask(
        f"code=0; find_device '{designator}' || code=$?; echo \"$code ${{device:-none}}\"", SHELLS[shell]
    )
    code, device = done.stdout.split()
    assert (device == "none") >= (code != "0")
    return device if code == "0" else code


@pytest.mark.parametrize("shell", SHELLS)
def test_every_way_that_udev_spells_a_serial(shell: str, devices: Devices) -> None:
    one, other = devices.loops
    for name in (
        "ata_ST8000VN004-2M2101_S5GX1",
        "scsi_SATA_ST8000VN004-2M21_S5GX1",
        "nvme_Samsung_SSD_990_PRO_2TB_S5GX1",
        "nvme_Samsung_SSD_990_PRO_2TB_S5GX1_1",
        "usb_WD_My_Passport_25E2_S5GX1-0:0",
        "virtio_S5GX1",
    ):
        devices.link(**{name: one, "ata_ST8000VN004-2M2101_S5GX12": other, f"{name}-part1": other, "wwn_S5GX1": other})
        assert found(devices, "serial:S5GX1", shell) == one.device, name
        assert found(devices, "serial:S5GX", shell) == "none"
        assert found(devices, "serial:GX1", shell) == "none"
        devices.link(**{f"{name}_1b": one, "ata_S5GX1_2_X": one})
        assert found(devices, "serial:S5GX1", shell) == "none"
        assert found(devices, "serial:*", shell) == "none"
    devices.link(ata_WDC_WD80_WD_C123=one)
    assert found(devices, "serial:WD C123", shell) == one.device


@pytest.mark.parametrize("shell", SHELLS)
def test_one_serial_on_two_devices_is_no_answer(shell: str, devices: Devices) -> None:
    one, other = devices.loops
    devices.link(ata_ST8000_S5GX1=one, usb_Bridge_S5GX1=other)
    assert found(devices, "serial:S5GX1", shell) == "2"
    devices.link(nvme_PRO_S5GX1_1=one, nvme_PRO_S5GX1_2=other)
    assert found(devices, "serial:S5GX1", shell) == "2"
    devices.link(ata_ST8000_S5GX1=one, usb_Bridge_S5GX1=one)
    assert found(devices, "serial:S5GX1", shell) == one.device
    devices.link(ata_ST8000_S5GX1=one, usb_Bridge_S5GX1="/dev/gone")
    assert found(devices, "serial:S5GX1", shell) == one.device


@pytest.mark.trap(3)
@pytest.mark.parametrize("shell", SHELLS)
def test_names_below_by_id(shell: str, devices: Devices) -> None:
    one, _ = devices.loops
    devices.link(ata_ST8000_1=one, ata_pulled="/dev/gone", ata_odd="/dev/null")
    assert found(devices, "id:ata-ST8000_1", shell) == one.device
    assert found(devices, "id:ata-ST8000_2", shell) == "none"
    assert found(devices, "id:ata-pulled", shell) == "none"
    for wrong in ("id:ata-odd", "id:ata-ST8000_1-part1", "id:../../loop0", "/dev/loop0", "sda", "", "id:", "serial:"):
        assert found(devices, wrong, shell) == "1", wrong


@pytest.mark.parametrize("shell", SHELLS)
def test_where_disks_have_no_names_none_is_proven_absent(shell: str, devices: Devices) -> None:
    devices.sandbox.run("mv /dev/disk/by-id /dev/disk/away")
    try:
        assert found(devices, "id:ata-ST8000_1", shell) == "1"
        assert found(devices, "serial:S5GX1", shell) == "1"
        assert found(devices, f"md:{UUID}", shell) == "none"
    finally:
        devices.sandbox.run("mv /dev/disk/away /dev/disk/by-id")


@pytest.mark.parametrize("shell", SHELLS)
def test_arrays_by_their_uuid(shell: str, devices: Devices) -> None:
    one, _ = devices.loops
    devices.link(**{f"md_uuid-{UUID}": one})
    assert found(devices, f"md:{UUID}", shell) == one.device
    assert found(devices, "md:e3b50233:b4adc6c9:f4080aa6:f6ce09ab", shell) == "none"
