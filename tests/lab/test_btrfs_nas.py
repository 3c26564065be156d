"""btrfs of the NAS from the spec alone: made, filled, scrubbed, a disk lost and replaced, its old leg never mounted."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.resources.btrfs_listing import BTRFS
from tests.lab.conftest import Lab
from tests.lab.machines import disks, places
from tests.lab.machines.command import run
from tests.lab.machines.facts import MIB, machine_named
from tests.lab.studio import Studio, changes

pytestmark = pytest.mark.lab

TANK, MOUNT = "nas/linux/btrfs-filesystem/tank", "nas/linux/mount/tank"
UUID = machine_named("nas").volume.uuid
PLAY = """- name: The NAS's disks are one btrfs
  hosts: nas
  disk: {bay1: {smart: "no"}, bay2: {smart: "no"}}
  btrfs-filesystem: {tank: {label: tank, scrub: weekly}}
  mount: {tank: {}}
  btrfs-subvolume: {takes: {volume: tank, path: takes, compression: none}}
"""


class Bays:
    """The NAS's disks as a person handles them: pulled with the power off, put in, put in again."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.images = [
            places.of_machine("nas") / f"{name}.img" for name in (*machine_named("nas").volume.labels, "NEW")
        ]
        self.devices: dict[Path, str] = {}

    def put_in(self, image: Path, link: str) -> None:
        """A disk appears under its name below /dev/disk/by-id."""
        device = self.devices[image] = disks.attach([image])[0]
        number = device.removeprefix("/dev/loop")
        self.lab.run("nas", f"[ -b {device} ] || mknod {device} b 7 {number}; ln -sf ../../loop{number} "
                            f"/dev/disk/by-id/{link}", check=True)  # fmt: skip

    def off(self) -> None:
        """Nothing is mounted, and the kernel knows nothing of any of them."""
        self.lab.run("nas", "if mountpoint -q /srv/tank; then umount /srv/tank; fi", check=True)
        for device in self.devices.values():
            run("btrfs", "device", "scan", "--forget", device, check=False)

    def pull(self, image: Path, link: str) -> None:
        """With the power off; what is there no more has no name."""
        run("losetup", "--detach", self.devices[image])
        self.lab.run("nas", f"rm /dev/disk/by-id/{link}", check=True)


@pytest.fixture(scope="module")
def bays(lab: Lab) -> Iterator[Bays]:
    """Blank disks in the NAS's two bays."""
    lab.reset("nas")
    held = Bays(lab)
    for image, link in zip(held.images, machine_named("nas").volume.labels, strict=False):
        held.put_in(image, link)
    held.off()
    for image in held.images:
        size = 256 * MIB
        with image.open("r+b" if image.exists() else "w+b") as file:
            file.truncate(0)
            file.truncate(size)
        if image in held.devices:
            run("losetup", "--set-capacity", held.devices[image])
            run("blockdev", "--flushbufs", held.devices[image])
    yield held
    held.off()
    lab.reset("nas")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    made = Studio(tmp_path_factory.mktemp("btrfs") / "spec")
    (made.folder / "playbooks/three-two-one.yml").unlink()
    (made.folder / "playbooks/storage.yml").write_text(PLAY)
    made.edit("inventory/machine-room.yml", ", in_service: 2023-06-01", "")  # their age would be spoken of
    return made


def destroy(*names: str) -> list[str]:
    return [word for name in names for word in ("--allow-destroy", name)]


def fields(studio: Studio) -> dict[str, str]:
    """What drift says of the file system, field by field."""
    found = changes(studio.json("drift", code=2))[TANK]
    return {item["name"]: item["before"] for item in found["fields"]}


def hashes(lab: Lab) -> str:
    """Of every take, read from the disks."""
    told = lab.run("nas", "echo 1 >/proc/sys/vm/drop_caches; cd /srv/tank/takes && sha256sum *", check=True).stdout
    assert len(told.splitlines()) == 4
    return told


def idle(lab: Lab) -> None:
    """Wait until no disk is being filled and nothing is written again; between the two the kernel is idle."""
    asked = f"""{BTRFS}
      while goes_on {UUID} || [ "$(cat /sys/fs/btrfs/{UUID}/exclusive_operation)" != none ]; do sleep 0.1; done"""
    lab.run("nas", asked, check=True, timeout=120)


def mounted(lab: Lab) -> bool:
    return lab.run("nas", "findmnt -n /srv/tank").returncode == 0


@pytest.mark.trap(4)
@pytest.mark.long
def test_made_filled_scrubbed_degraded_mended_and_its_old_leg_kept_out(lab: Lab, bays: Bays, studio: Studio) -> None:
    one, two, new = bays.images
    second = machine_named("nas").volume.labels[1]

    # From blank disks in one apply, once it is named.
    assert changes(studio.json("plan", code=2))[TANK]["verb"] == "create"
    studio.apply(code=5)
    assert not mounted(lab)
    studio.apply(*destroy(TANK))
    studio.settled()
    assert lab.run("nas", "findmnt -no FSTYPE,LABEL,UUID /srv/tank").stdout.split() == ["btrfs", "tank", UUID]
    lab.run("nas", "for n in 1 2 3; do head -c 4000000 /dev/urandom >/srv/tank/takes/$n.wav; done", check=True)
    lab.run("nas", "yes take | head -c 4000000 >/srv/tank/takes/4.wav; sync", check=True)
    there = hashes(lab)

    # A block goes bad; the timer's own program mends it, and drift tells until it is acknowledged.
    at = two.read_bytes().index(b"take\n" * 1000)
    with Path(bays.devices[two]).open("r+b", buffering=0) as disk:
        disk.seek(at)
        disk.write(b"\xff" * 8192)
        os.fsync(disk.fileno())  # a scrub reads what is on the disk
    lab.run("nas", "systemctl start studio-backup-northlight_scrub-tank.service", check=True)
    found = fields(studio)
    assert found["scrub"].endswith("errors corrected")
    assert found["errors"].startswith("bay2: ")
    assert hashes(lab) == there
    lab.run("nas", "btrfs device stats -z /srv/tank >/dev/null", check=True)
    lab.run("nas", "systemctl start studio-backup-northlight_scrub-tank.service", check=True)
    studio.settled()

    # A disk lacks after a night with the power off: told, and not mounted behind anybody's back.
    bays.off()
    bays.pull(two, second)
    assert fields(studio) == {"state": "degraded, not mounted", "faults": "bay2 is missing"}
    studio.apply(code=1)
    assert not mounted(lab)
    lab.run("nas", f"mount -o degraded {bays.devices[one]} /srv/tank", check=True)
    assert fields(studio) == {"state": "degraded, mounted so", "faults": "bay2 is missing"}
    assert hashes(lab) == there
    bays.off()

    # Another one goes into the bay.
    bays.put_in(new, "ata-LAB_NAS_NEW")
    studio.edit("inventory/machine-room.yml", f"bay2: {{id: {second}", "bay2: {id: ata-LAB_NAS_NEW")
    assert f"--allow-destroy {TANK}#bay2" in " ".join(studio.run("plan", code=2).stdout.split())
    studio.apply(code=5)
    studio.run("apply", "--yes", *destroy(f"{TANK}#bay2"), code=0)
    idle(lab)
    studio.settled()
    assert hashes(lab) == there

    # The old one comes back, and would be mounted with last week's data.
    bays.put_in(two, "ata-LAB_NAS_OLD")
    assert fields(studio) == {"old_legs": "ata-LAB_NAS_OLD"}
    lab.run("nas", "echo more >/srv/tank/takes/4.wav; sync", check=True)
    there = hashes(lab)
    bays.off()
    screen = " ".join(studio.run("plan", code=2).stdout.split())
    assert f"runs only with --allow-destroy {TANK}#ata-LAB_NAS_OLD" in screen
    studio.apply(code=5)
    assert not mounted(lab)
    studio.apply(*destroy(f"{TANK}#ata-LAB_NAS_OLD"))
    studio.settled()
    assert hashes(lab) == there

    # What leaves the spec is released: it stands as it stood.
    (studio.folder / "playbooks/storage.yml").write_text("- {name: Nothing is kept any more, hosts: nas}\n")
    studio.apply()
    assert hashes(lab) == there
