"""What a job on Windows logs in with at a share: a password in a file that only SYSTEM and Administrators read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.paths import is_state
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, managed, secret
from studio_backup.resources.folder_rights import openings
from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.step import Step
from studio_backup.windows.answers import document, documents

_PARTS = ("holding.ps1", "windows-standing.ps1", "closing.ps1", "folder-acl.ps1", "share-credential.ps1")
_PROGRAM = "\n".join(map(shipped, _PARTS)) + "\n"
_GUARD = f"{_PROGRAM}Assert-Credential -Words $Words"
#: What is seen of a password that was not set by us, or was set again by somebody since.
_OTHER = "set by somebody else"


@dataclass(frozen=True, kw_only=True)
class ShareCredential(Resource):
    """The password of one share; its name is the path of the file."""

    kind: ClassVar[str] = "share-credential"
    summary: ClassVar[str] = "what a job on Windows logs in with at a share; it is set, never read (compiled)"
    language: ClassVar[str] = "powershell"

    password: str = secret()  # where it was set from
    openings: tuple[str, ...] = managed(())  # who else may read or change it, whatever its folder says

    source: Secret | None = field(default=None, compare=False)

    def probe(self) -> Probe:
        """All of them in one call; none of their text."""
        return Probe(script=f"{_PROGRAM}Read-Credential -Wanted $Words", args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        """A password is the one that we set while its file is as old and as large as our note says."""
        found = [one for one in documents(document(reply).get("Credentials")) if one.get("Path") == self.name]
        if len(found) != 1:
            raise Unparsable(f"{self.name} is not in the listing")
        values = [found[0].get(key) for key in ("Nature", "Whence", "Noted", "Written")]
        if not all(isinstance(value, str) for value in values):
            raise Unparsable(f"half a line about {self.name}")
        nature, whence, noted, written = map(str, values)
        if nature == "absent":
            return None
        if nature != "file":
            raise Unparsable(f"{self.name} is no plain file: {nature}", "move it away, then apply again")
        password = whence if whence and noted and noted == written else _OTHER
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            password=password,
            openings=openings(found[0].get("Security")),
        )

    def create(self) -> tuple[Step, ...]:
        """Written aside, then renamed."""
        return (self._set(),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The password set anew."""
        del seen, fields
        return (self._set(),)

    def _set(self) -> Step:
        word = json.dumps({"path": self.name, "whence": self.password})
        script = f"{_PROGRAM}Set-Credential -Words $Words -Password $Secret"
        return Step(
            title=f"set the password in {self.name}", script=script, guard=_GUARD, args=(word,), secret=self.source
        )

    def remove(self) -> tuple[Step, ...] | None:
        """The file and our note of it, below our own folders alone."""
        if not is_state(self.name) or {"..", ".", ""} & set(self.name.split("\\")) or "/" in self.name:
            raise Unparsable(f"{self.name} is not below a folder of ours")
        word = json.dumps({"path": self.name})
        script = f"{_PROGRAM}Remove-Credential -Words $Words"
        return (Step(title=f"remove the password in {self.name}", script=script, guard=_GUARD, args=(word,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its path is known."""
        return cls(system=system, name=name, place=place, password="")
