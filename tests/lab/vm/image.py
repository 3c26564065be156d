"""The virtual machine's system: kernel, initial RAM disk and root image, built once and cached by their recipe."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.lab.machines import keys, places, roots, sources
from tests.lab.machines.command import run
from tests.lab.vm import facts, guest

# Raise it when the code that shapes the image changes in a way the recipe does not show.
EDITION = 1
PREFIX = "vm-"
UNFINISHED = ".building-vm-"
MEBIBYTES = 4096
PACKAGES = (
    *(
        "systemd",
        "systemd-sysv",
        "udev",
        "dbus",
        "kmod",
        "openssh-server",
        "linux-image-cloud-amd64",
        "initramfs-tools",
    ),
    *("mdadm", "lvm2", "cryptsetup-bin", "smartmontools", "btrfs-progs", "xfsprogs", "e2fsprogs", "dosfstools"),
    *(
        "ntfs-3g",
        "fdisk",
        "gdisk",
        "parted",
        "util-linux",
        "rsync",
        "iproute2",
        "procps",
        "sudo",
        "cron",
        "busybox",
        "lz4",
    ),
)


def recipe(lines: list[str]) -> str:
    """Return the hash that names an image: it changes with packages, sources, files and the lab's own key."""
    parts = [EDITION, PACKAGES, MEBIBYTES, lines, guest.files(), keys.client_public(), keys.public_line(facts.NAME)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def built(say: Callable[[str], None]) -> Path:
    """Return the directory with `vmlinuz`, `initrd` and `root.img`, building it the first time.

    The caller holds the machine: nobody else builds at the same time.
    """
    lines = [entry.line for entry in sources.host_entries()]
    place = places.roots() / f"{PREFIX}{recipe(lines)}"
    if place.is_dir():
        place.touch()
        return place
    say("building the virtual machine's system, once (about 2 minutes)…")
    places.roots().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=places.roots()) as scratch:
        root, finished = Path(scratch, "root"), Path(scratch, "image")
        roots.install("virtual machine's", "minbase", PACKAGES, lines, root, guest.before_configuring())
        guest.furnish(root)
        finished.mkdir()
        for name, pattern in (("vmlinuz", "vmlinuz-*"), ("initrd", "initrd.img-*")):
            (kernel_file,) = (root / "boot").glob(pattern)
            shutil.copy(kernel_file, finished / name)
        make_filesystem(root, finished / "root.img")
        finished.chmod(0o755)
        finished.rename(place)
    return place


def make_filesystem(root: Path, image: Path) -> None:
    """Put a directory tree into a sparse image with an ext4 file system; no mount, no loop device."""
    with image.open("wb") as file:
        file.truncate(MEBIBYTES * facts.MIB)
    run("mkfs.ext4", "-q", "-F", "-d", str(root), str(image), timeout=600)


def prune() -> None:
    """Drop images of older recipes, but for the last one, and what a killed build left. Nothing may run."""
    found = sorted(places.roots().glob(f"{PREFIX}*"), key=lambda path: path.stat().st_mtime)
    for older in [*found[:-2], *places.roots().glob(f"{UNFINISHED}*")]:
        shutil.rmtree(older, ignore_errors=True)


def layer_over(image: Path, layer: Path) -> None:
    """Make an empty writable layer over an image, which itself never changes."""
    layer.unlink(missing_ok=True)
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", os.fspath(image.resolve()), os.fspath(layer))
