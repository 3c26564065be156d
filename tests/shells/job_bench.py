"""A folder that stands for two machines: real volumes, and the programs installed as they would be."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

JOBS = Path(__file__).parents[2] / "studio_backup" / "jobs"
STUDIO = "northlight"
RECEIVER = "backup"
SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash", "--posix"],
    "busybox": ["busybox", "sh"],
    "mksh": ["mksh"],
    "zsh": ["zsh", "--emulate", "sh"],
}


def call(*words: str | Path) -> str:
    """Run a program of this machine and give its stdout; what it says when it fails is the error."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Volume:
    """A mounted file system with its sentinel."""

    root: Path
    name: str
    image: Path
    id: str = ""

    def mount(self) -> None:
        self.root.mkdir(exist_ok=True)
        call("mount", "-o", "loop", self.image, self.root)

    def unmount(self) -> None:
        call("umount", self.root)

    def write_sentinel(self) -> None:
        sentinel = self.root / ".studio-backup-volume"
        sentinel.write_text(f"{STUDIO}\t{self.name}\t{self.id}\n")


@dataclass
class Bench:
    """A folder that stands for two machines: volumes, an installed program, a state."""

    folder: Path
    mounted: list[Path] = field(default_factory=list)

    def make_volume(self, name: str, filesystem: str = "ext4", megabytes: int = 64) -> Volume:
        image = self.folder / f"{name}.img"
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        call(f"mkfs.{filesystem}", "-q", image)
        volume = Volume(self.folder / name, f"machine/{name}", image)
        volume.id = call("blkid", "-p", "-o", "value", "-s", "UUID", image)
        volume.mount()
        self.mounted.append(volume.root)
        volume.write_sentinel()
        return volume

    def close(self) -> None:
        for root in reversed(self.mounted):
            while subprocess.run(["umount", "-l", str(root)], capture_output=True, check=False).returncode == 0:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def open_bench() -> Bench:
    folder = Path(tempfile.mkdtemp(prefix="studio-backup-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    return Bench(folder)


def install(program: Path) -> Path:
    """Put the programs where the installer puts them."""
    program.mkdir(parents=True)
    for part in JOBS.iterdir():
        if part.suffix in {".sh", ".awk"}:
            name = part.stem if part.name in {"job.sh", "gate.sh", "alarm.sh"} else part.name
            shutil.copy(part, program / name)
            (program / name).chmod(0o755 if name in {"job", "gate"} else 0o644)
    return program
