"""A Windows with two disks, a share of the NAS, and the programs of its jobs where `apply` puts them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from studio_backup.compile import Route, compile_studio
from studio_backup.compile.windows_job import credential
from studio_backup.resources.folder_acl import FolderAcl
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.spec.model import Studio
from tests.sim.windows.cmdlets.smb import share
from tests.sim.windows.machine import Windows
from tests.windows_copies import SESSIONS, STANDBY, route

GIB = 2**30
PASSWORD = "one that nobody guesses"
HOUR = 3600


@dataclass
class Copying:
    """One job on one machine; `source` and `target` are folders of this machine."""

    windows: Windows
    spec: Studio
    way: Route
    source: Path
    target: Path
    landing: Path

    @property
    def state(self) -> Path:
        """Where its records are."""
        return self.windows.real(r"C:\ProgramData\studio-backup\state\northlight")

    def put(self, name: str, text: str = "take", ago: float = 2 * HOUR, *, at: Path | None = None) -> Path:
        """A file at the source, written so many seconds ago."""
        path = (at or self.source) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        moment = self.windows.now.timestamp() - ago
        os.utime(path, (moment, moment))
        return path

    def run(self, action: str = "run") -> dict[str, Any]:
        """Its task starts now: the record that it leaves, and `exit`, how it ended."""
        self.later(1)  # no two runs begin in one second
        top = r"C:\ProgramData\studio-backup\configuration\northlight"
        line = (
            f"& '{top}\\job.ps1' -Configuration '{top}\\jobs\\{self.way.id}.json' -Action {action}; exit $LASTEXITCODE"
        )
        ended = self.windows.run(line, account="SYSTEM")
        assert self.windows.refused() == []
        assert ended.err == "" or ended.exit in (1, 6), ended.err
        lines = ended.out.strip().splitlines()
        record: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        return {**record, "exit": ended.exit, "err": ended.err, "lines": lines[:-1]}

    def log(self) -> str:
        """What its last run wrote for people."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted((self.state / "log").iterdir())[-1:])

    def listed(self, record: dict[str, Any]) -> list[str]:
        """The list that a run left."""
        path = self.state / "runs" / f"{self.way.id}.{record['run']}.list"
        return sorted(path.read_text(encoding="utf-8").splitlines()) if path.exists() else []

    def accept(self, record: dict[str, Any], who: str = "kim") -> None:
        """As `run --accept` does."""
        (self.state / "accept" / self.way.id).write_text(f"{record['run']}\n{who}\n", encoding="utf-8")

    def later(self, seconds: float) -> None:
        """Time passes."""
        self.windows.set_clock(datetime.fromtimestamp(self.windows.now.timestamp() + seconds, self.windows.now.tzinfo))


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, but what is the volume's own."""
    own = (".studio-backup-volume", ".studio-backup-copy")
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.name not in own
    }


def fresh_disks(windows: Windows, filesystem: str = "NTFS") -> None:
    """Two volumes as Windows formats them, with nothing of ours."""
    drive = {"type": 3, "total": 1000 * GIB, "free": 600 * GIB}
    windows.state["drives"]["S"] = {**drive, "label": "Sessions", "format": filesystem, "guid": SESSIONS, "serial": 1}
    windows.state["drives"]["T"] = {**drive, "label": "Standby", "format": "NTFS", "guid": STANDBY, "serial": 2}
    for letter in "ST":
        windows.drives.root(letter).mkdir(exist_ok=True)
        (windows.drives.root(letter) / "System Volume Information").mkdir()


def set_up(windows: Windows, spec: Studio, copy: str, filesystem: str = "NTFS", landing: Path | None = None) -> Copying:
    """Both disks with their sentinels, the share, and what `apply` would have written; `landing` where that is real."""
    fresh_disks(windows, filesystem)
    for letter, volume, guid in (("S", "sessions", SESSIONS), ("T", "standby", STANDBY)):
        sentinel = windows.drives.root(letter) / ".studio-backup-volume"
        sentinel.write_text(f"northlight\tws-a/{volume}\t{guid}\n", encoding="utf-8")
    way = route(spec, copy)
    for resource in compile_studio(spec).of("ws-a/windows"):
        place = _real(windows, resource.name) if isinstance(resource, FolderAcl | WindowsFile) else None
        if isinstance(resource, FolderAcl) and place:
            place.mkdir(parents=True, exist_ok=True)
        if isinstance(resource, WindowsFile) and place:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(resource._data())
    landing = landing or windows.folder / "landing"
    for name in ("files", "records"):
        (landing / name).mkdir(parents=True, exist_ok=True)
    if way.pushed:
        share(windows, f"\\\\{way.writer.address}\\{way.share}", landing, way.lander, PASSWORD)
        sender = next(reader.system for reader in way.readers if reader.system.os == "windows")
        secret = _real(windows, credential(way, sender))
        secret.parent.mkdir(exist_ok=True)
        secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    source = windows.drives.root("S")
    target = landing / "files" if way.pushed else windows.drives.root("T")
    return Copying(windows, spec, way, source, target, landing)


def _real(windows: Windows, path: str) -> Path:
    return windows.folder / path[0] / path[3:].replace("\\", "/")
