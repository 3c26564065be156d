"""A mounted volume of Windows, watched: is the right one mounted where the spec says, and open?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from studio_backup.capacity import Room
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable, watched
from studio_backup.resources.volume import Volume
from studio_backup.source import Place
from studio_backup.windows.answers import document, rows, texts, word

#: `Get-MountedVolume` and `Assert-MountedVolume`: the very code that the jobs guard themselves with.
IDENTITY = shipped("volume.ps1")
_SCRIPT = f"{IDENTITY}\nRead-Volume"

_GUID = re.compile(r"\\\\\?\\Volume\{([0-9A-Fa-f-]{36})\}\\")
#: What BitLocker says of a volume that it keeps locked (Win32_EncryptableVolume.ProtectionStatus).
_LOCKED = "2"


@dataclass(frozen=True, kw_only=True)
class WindowsVolume(Volume):
    """The file system at a mount path; its name is that path, `S:\\` or a folder."""

    kind: ClassVar[str] = "windows-volume"
    summary: ClassVar[str] = "the file system that is mounted at a path of Windows, by its id; watched (compiled)"
    language: ClassVar[str] = "powershell"

    filesystem: str | None = watched(None)
    locked: str = watched("no")

    def probe(self) -> Probe:
        """All volumes in one call, last of all: one may hang."""
        return Probe(script=_SCRIPT, touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: what is not mounted is seen as such."""
        found = document(reply)
        volumes = [one for one in rows(found, "Volumes") if _stands_at(one, self.name)]
        if len(volumes) > 1:
            raise Unparsable(f"several volumes are mounted at {self.name}")
        if not volumes:
            return self._seen("not mounted", self.filesystem, "no", None)
        volume = volumes[0]
        guid = _GUID.fullmatch(word(volume, "Device"))
        if guid is None:
            raise Unparsable(f"what is mounted at {self.name} has no GUID")
        type_, locked = word(volume, "FileSystem").lower(), _locked(found, volume)
        identity = self._identity(guid[1], word(volume, "Serial"), locked)
        room = _room(volume) if identity == self.id and locked == "no" else None
        # Whoever is locked tells nothing about its file system.
        return self._seen(identity, self.filesystem and (type_ or self.filesystem), locked, room)

    def _identity(self, guid: str, serial: str, locked: str) -> str:
        if len(self.id) == len(guid):
            return self.id if self.id.lower() == guid.lower() else guid.lower()
        if not serial.isdigit():
            if locked == "no":
                raise Unparsable(f"the serial of what is mounted at {self.name} cannot be read")
            return f"not readable while it is locked ({guid.lower()})"
        number = f"{int(serial):08X}"
        told = f"{number[:4]}-{number[4:]}"
        return self.id if self.id.replace("-", "").upper() == number else told

    def _seen(self, identity: str, filesystem: str | None, locked: str, room: Room | None) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, id=identity, label=self.label,
            filesystem=filesystem, locked=locked, room=room,
        )  # fmt: skip

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """A locked volume is opened by whoever has its key."""
        if "locked" in fields:
            fix = f"unlock it at that machine, or there: manage-bde -unlock {self.name[:2]} -RecoveryPassword NUMBER"
            return f"{self.name} is locked by BitLocker, or has no file system", fix
        if seen.id == "not mounted":
            return f"no volume is mounted at {self.name}", "plug it in, or give it that path in Disk Management"
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the mount path is known."""
        return cls(system=system, name=name, place=place, id="")


def _stands_at(volume: dict[str, Any], path: str) -> bool:
    place = path.rstrip("\\").lower()
    return any(one.rstrip("\\").lower() == place for one in texts(volume, "Paths"))


def _locked(found: dict[str, Any], volume: dict[str, Any]) -> str:
    """`no`, `yes`, or that nobody can tell: one with a file system that is read is open, whatever BitLocker says."""
    if word(volume, "FileSystem"):
        return "no"
    said = found.get("BitLocker")
    if not isinstance(said, dict) or not isinstance(said.get("Read"), bool):
        raise Unparsable("nothing is said of BitLocker")
    if not said["Read"]:
        return f"no file system; BitLocker could not be asked: {word(said, 'Problem')}"
    protected = {word(one, "Device"): word(one, "Protection") for one in rows(said, "Volumes")}
    states = [state for device, state in protected.items() if device == word(volume, "Device")]
    return "yes" if _LOCKED in states else "no, and it has no file system"


def _room(volume: dict[str, Any]) -> Room | None:
    size, free = word(volume, "Capacity"), word(volume, "Free")
    return Room(int(size), int(free)) if size.isdigit() and free.isdigit() and int(free) <= int(size) else None
