"""The disks as qemu sees them: sparse images on the host, and the devices in which the machine finds them."""

import shutil
from pathlib import Path

from tests.lab.machines.command import LabError, run
from tests.lab.vm import places, qmp
from tests.lab.vm.facts import ATA_MODEL, BAYS, MIB, Disk

# A description in the words of QMP; the same one stands on qemu's command line.
Words = dict[str, object]


def node(disk: Disk) -> str:
    """Name a disk's bytes in qemu."""
    return f"bytes-{disk.serial}"


def device(bay: str) -> str:
    """Name the disk in a bay in qemu."""
    return f"disk-{bay}"


def bytes_in_words(disk: Disk) -> Words:
    """Describe a disk's image; what is written is in the host's memory at once, so that a power cut loses none."""
    return {
        "driver": "raw",
        "node-name": node(disk),
        "discard": "unmap",
        "cache": {"no-flush": True, "direct": False},
        "file": {"driver": "file", "filename": str(places.disk_image(disk.serial))},
    }


def device_in_words(disk: Disk) -> Words:
    """Describe the device that shows those bytes under the disk's identity."""
    words: Words = {"id": device(disk.bay), "drive": node(disk), "serial": disk.serial}
    if disk.kind == "nvme":
        return {**words, "driver": "nvme"}
    words["wwn"] = disk.wwn
    if disk.kind == "ata":
        controller = f"ide.{int(disk.bay.removeprefix('ata')) - 1}"
        return {**words, "driver": "ide-hd", "bus": controller, "unit": 0, "model": ATA_MODEL}
    address: Words = {"bus": "bays.0", "channel": 0, "scsi-id": BAYS.index(disk.bay) + 1, "lun": 0}
    return {**words, **address, "driver": "scsi-hd", "vendor": "ATA", "product": "WDCLAB8TB", "ver": "1.0"}


def make_image(disk: Disk, content: Path | None = None) -> None:
    """Make the bytes of a disk: blank, or those of a file with CONTENT, which may not be larger than the disk."""
    image = places.disk_image(disk.serial)
    image.unlink(missing_ok=True)
    size = disk.mebibytes * MIB
    if content is not None:
        if content.stat().st_size > size:
            raise LabError(f"{content} has more than the {disk.mebibytes} MiB of {disk.serial}")
        shutil.copyfile(content, image)
    with image.open("ab") as file:
        file.truncate(size)


def make_blank(disk: Disk) -> None:
    """Turn every byte of a disk into zero behind the machine's back, which must hold none of it in memory."""
    image = places.disk_image(disk.serial)
    run("fallocate", "--punch-hole", "--offset", "0", "--length", str(disk.mebibytes * MIB), str(image))


def insert(disk: Disk) -> None:
    """Put a disk into the running machine."""
    with qmp.monitor() as orders:
        orders.order("blockdev-add", **bytes_in_words(disk))
        orders.order("device_add", **device_in_words(disk))


def remove(disk: Disk) -> None:
    """Take a disk out of the running machine, which is not asked; its bytes stay on the host."""
    with qmp.monitor() as orders:
        orders.order("device_del", id=device(disk.bay))
        orders.await_event("DEVICE_DELETED", device=device(disk.bay))
        orders.order("blockdev-del", node_name=node(disk))
