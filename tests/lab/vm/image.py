"""The virtual machine's system: kernel, initial RAM disk and root image, built once and cached by their recipe."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.machines import keys, overlay, places, roots, sources
from tests.lab.machines.command import run
from tests.lab.vm import facts, guest

# Raise it when the code that shapes the image changes in a way the recipe does not show.
EDITION = 1
UNFINISHED = ".building-vm-"
PREFIXES = ("vm-", "openzfs-vm-")
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


@dataclass(frozen=True)
class System:
    """What one image has more than the plain one; PREFIX begins the name of its place."""

    prefix: str
    minutes: int
    more_sources: Callable[[], list[str]] = list
    packages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


PLAIN = System(PREFIXES[0], 2)


def recipe(lines: list[str], system: System = PLAIN) -> str:
    """Return the hash that names an image: it changes with packages, sources, files and the lab's own key."""
    parts = [EDITION, PACKAGES, MEBIBYTES, lines, guest.files(), keys.client_public(), keys.public_line(facts.NAME)]
    if system != PLAIN:
        parts += [system.packages, system.commands, dict(system.files)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def place_of(system: System) -> tuple[Path, list[str]]:
    """Return where the image of SYSTEM is, or will be, kept, and the sources that it is made from."""
    lines = [*(entry.line for entry in sources.host_entries()), *system.more_sources()]
    return places.roots() / f"{system.prefix}{recipe(lines, system)}", lines


def built(say: Callable[[str], None], system: System = PLAIN) -> Path:
    """Return the directory with `vmlinuz`, `initrd` and `root.img`, building it the first time.

    The caller holds the machine: nobody else builds at the same time.
    """
    place, lines = place_of(system)
    if place.is_dir():
        place.touch()
        return place
    say(f"building the virtual machine's system, once (about {system.minutes} minutes)…")
    places.roots().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=places.roots()) as scratch:
        root, finished = Path(scratch, "root"), Path(scratch, "image")
        packages = (*PACKAGES, *system.packages)
        hooks = [guest.before_configuring(), *(f"--customize-hook={command}" for command in system.commands)]
        roots.install("virtual machine's", "minbase", packages, lines, root, *hooks)
        guest.furnish(root)
        for path, text in system.files.items():
            overlay.write(root, path, text)
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
    doomed = [*places.roots().glob(f"{UNFINISHED}*")]
    for prefix in PREFIXES:
        doomed += sorted(places.roots().glob(f"{prefix}*"), key=lambda path: path.stat().st_mtime)[:-2]
    for older in doomed:
        shutil.rmtree(older, ignore_errors=True)


def layer_over(image: Path, layer: Path) -> None:
    """Make an empty writable layer over an image, which itself never changes."""
    layer.unlink(missing_ok=True)
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", os.fspath(image.resolve()), os.fspath(layer))
