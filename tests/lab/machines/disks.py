"""The machines' disks: sparse images on loop devices, with file systems whose ids never change."""

import json
import threading
import time
from pathlib import Path

from tests.lab.machines import places
from tests.lab.machines.command import LabError, run
from tests.lab.machines.facts import MIB, Machine, Volume

_one_at_a_time = threading.Lock()


def _image(name: str, label: str) -> Path:
    return places.of_machine(name) / f"{label}.img"


def attached() -> dict[str, str]:
    """Return our loop devices: image path -> /dev/loopN."""
    listed = run("losetup", "--json", "--list", "--output", "NAME,BACK-FILE").stdout
    devices = json.loads(listed)["loopdevices"] if listed.strip() else []
    ours = str(places.running()) + "/"
    return {
        device["back-file"].removesuffix(" (deleted)"): device["name"]
        for device in devices
        if (device["back-file"] or "").startswith(ours)
    }


def make_filesystem(volume: Volume, images: list[Path], uuid: str) -> None:
    """Put an empty file system with that id on the images (btrfs: raid1 when there are two)."""
    for image in images:
        image.parent.mkdir(parents=True, exist_ok=True)
        image.unlink(missing_ok=True)
        with image.open("wb") as file:
            file.truncate(volume.mebibytes * MIB)
    paths = [str(image) for image in images]
    if volume.filesystem == "btrfs":
        profile = "raid1" if len(images) > 1 else "single"
        run("mkfs.btrfs", "-q", "-f", "-m", profile, "-d", profile, "-U", uuid, *paths)
    else:
        run("mkfs.ext4", "-q", "-F", "-U", uuid, *paths)


def attach(images: list[Path]) -> list[str]:
    """Attach images to loop devices and return the devices, in order; those attached already stay."""
    with _one_at_a_time:
        present = attached()
        return [
            present.get(str(image)) or run("losetup", "--find", "--show", str(image)).stdout.strip() for image in images
        ]


def ready(machine: Machine, fresh: bool) -> list[str]:
    """Return the loop devices of a machine's volume; FRESH, or for the first time, with a new file system."""
    images = [_image(machine.name, label) for label in machine.volume.labels]
    if fresh or not all(image.is_file() for image in images):
        release(machine.name)
        make_filesystem(machine.volume, images, machine.volume.uuid)
    return attach(images)


def spare(machine: Machine) -> str:
    """Return the loop device of a machine's other disk: same kind of file system, another id."""
    image = _image(machine.name, "SPARE")
    if str(image) not in attached():
        make_filesystem(machine.volume, [image], machine.volume.spare_uuid)
    return attach([image])[0]


def release(name: str = "") -> None:
    """Detach the loop devices of a machine (of all, without a name), and wait until the kernel has let go."""
    place = str(places.of_machine(name) if name else places.running()) + "/"
    ours = {(image, device) for image, device in attached().items() if image.startswith(place)}
    for _, device in ours:
        # Forgotten by device: the kernel refuses a second file system with an id it remembers.
        run("btrfs", "device", "scan", "--forget", device, check=False)
        run("losetup", "--detach", device, check=False)
    deadline = time.monotonic() + 15
    # In pairs: a device that is let go may carry another machine's image a moment later.
    while still := ours & set(attached().items()):
        if time.monotonic() > deadline:
            names = sorted(device for _, device in still)
            raise LabError(f"still in use, so not detached: {', '.join(names)}")
        time.sleep(0.02)
