"""Disks of a machine that stands in a namespace of its own: loop devices with names below /dev/disk/by-id."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from studio_backup.probe import PREAMBLE
from studio_backup.resources.device import CONTENT
from tests.sandbox import Sandbox

MIB = 1 << 20
#: A /dev that nobody else sees: devtmpfs is one for the whole machine.
_OWN_DEV = """set -eu
place=/run/studio-backup-sandbox/dev
mkdir -p "$place/upper" "$place/work"
mount -t overlay -o "lowerdir=/dev,upperdir=$place/upper,workdir=$place/work" overlay /dev
mkdir -p /dev/disk/by-id"""


@dataclass
class Loop:
    """One loop device over a file."""

    image: Path
    device: str = ""

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite some bytes; a negative offset counts from the end."""
        with Path(self.device).open("r+b", buffering=0) as file:
            file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
            file.write(data)

    def wipe(self) -> None:
        """All zero bytes again."""
        subprocess.run(["fallocate", "-p", "-o", "0", "-l", str(self.image.stat().st_size), self.image], check=True)
        subprocess.run(["blockdev", "--flushbufs", self.device], check=True)


@dataclass
class Devices:
    """A sandbox with disks; `close` detaches them."""

    sandbox: Sandbox
    folder: Path
    loops: list[Loop] = field(default_factory=list)

    def open(self) -> None:
        done = self.sandbox.run(_OWN_DEV)
        assert done.returncode == 0, done.stderr

    def close(self) -> None:
        for loop in self.loops:
            subprocess.run(["losetup", "--detach", loop.device], check=False, capture_output=True)

    def loop(self, size: int = 8 * MIB) -> Loop:
        """A new disk of `size` bytes, all zero."""
        image = self.folder / f"disk{len(self.loops)}.img"
        with image.open("wb") as file:
            file.truncate(size)
        done = subprocess.run(["losetup", "--find", "--show", image], capture_output=True, text=True, check=True)
        self.loops.append(Loop(image, done.stdout.strip()))
        return self.loops[-1]

    def link(self, **names: Loop | str) -> None:
        """These names below /dev/disk/by-id and no others (_ for - in front of the first word)."""
        lines = ["rm -f /dev/disk/by-id/*"]
        for name, target in names.items():
            bus, _, rest = name.partition("_")
            path = target.device if isinstance(target, Loop) else target
            lines.append(f"ln -s ../../{path.removeprefix('/dev/')} {shlex.quote(f'/dev/disk/by-id/{bus}-{rest}')}")
        done = self.sandbox.run("\n".join(lines))
        assert done.returncode == 0, done.stderr

    def run(self, script: str, shell: Sequence[str] = ("dash",), path: str = "") -> subprocess.CompletedProcess[str]:
        """A fragment as a machine runs it."""
        before = f"PATH={path}\n" if path else ""
        return self.sandbox.run(f"{PREAMBLE}\n{before}( set -eu\n{script}\n) </dev/null\n", shell)

    def ask(self, call: str, shell: Sequence[str] = ("dash",), path: str = "") -> subprocess.CompletedProcess[str]:
        """A call of one of device.sh's functions."""
        return self.run(f"{CONTENT}\n{call}", shell, path)

    def content(self, loop: Loop, shell: Sequence[str] = ("dash",)) -> str:
        """What is on a disk, as a plan gets it."""
        done = self.ask(f"device_content {loop.device}", shell)
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")
