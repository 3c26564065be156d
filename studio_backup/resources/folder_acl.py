"""Folders of ours on Windows: who owns them and who may do what in them, by SID; never removed with something in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.paths import OUR_WINDOWS, top_of
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, fixed, managed
from studio_backup.resources.folder_rights import ADMINISTRATORS, SYSTEM, access_of
from studio_backup.source import Place
from studio_backup.step import Step

_PROGRAM = "\n".join((*map(shipped, ("windows-standing.ps1", "closing.ps1", "folder-acl.ps1")), ""))
_GUARD = f"{_PROGRAM}Assert-Folder -Folders $Words"


@dataclass(frozen=True, kw_only=True)
class FolderAcl(Resource):
    """A folder with its access list; its name is its path."""

    kind: ClassVar[str] = "folder-acl"
    summary: ClassVar[str] = "a folder of ours on Windows, which only SYSTEM and Administrators may enter (compiled)"
    language: ClassVar[str] = "powershell"

    type: str = fixed("folder")
    owner: str = managed(ADMINISTRATORS)
    inherits: str = managed("no")
    rights: tuple[str, ...] = managed((f"{SYSTEM} full", f"{ADMINISTRATORS} full"))
    #: Files right in it that somebody else owns or may change, whatever the folder says.
    loose: tuple[str, ...] = managed(())

    @property
    def claimable(self) -> bool:
        """Below our own places every folder is: whoever made it before us keeps no right in it."""
        return self._ours and self.type == "folder"

    @property
    def _ours(self) -> bool:
        return bool(top_of(self.name)) or self.name == OUR_WINDOWS

    def probe(self) -> Probe:
        """All folders in one call."""
        return Probe(script=f"{_PROGRAM}Read-FolderAccess -Folders $Words", args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        """What the listing says of it."""
        access = access_of(reply, self.name)
        if access is None:
            return None
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            type=access.standing,
            owner=access.owner,
            inherits=access.inherits,
            rights=access.rights,
            loose=access.loose,
        )

    def create(self) -> tuple[Step, ...]:
        """Made closed: it is open to nobody else for no moment."""
        return (self._set("make"),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Its owner and rules, and those of the files right in it that had their own."""
        del seen, fields
        return (self._set("close"),)

    def _set(self, verb: str) -> Step:
        script = f"{_PROGRAM}Set-Folder -Folders $Words"
        return Step(title=f"{verb} folder {self.name}", script=script, guard=_GUARD, args=(self.name,))

    def remove(self) -> tuple[Step, ...] | None:
        """An empty folder below our own places; anything else is released and stays as it is."""
        if not self._ours or {"..", ".", ""} & set(self.name.split("\\")) or "/" in self.name:
            return None
        if self.type != "folder":
            raise Unparsable(f"{self.name} leads elsewhere, or is no folder")
        script = f"{_PROGRAM}Remove-Folder -Folders $Words"
        return (Step(title=f"remove folder {self.name}", script=script, guard=_GUARD, args=(self.name,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its path is known."""
        return cls(system=system, name=name, place=place)
