"""The sentinel on a volume of Windows: the same line in the same file as everywhere, read and written there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.windows_volume import IDENTITY
from studio_backup.source import Place
from studio_backup.step import Step
from studio_backup.windows.answers import document, rows

_PROGRAM = f"{IDENTITY}\n{shipped('sentinel.ps1')}"


@dataclass(frozen=True, kw_only=True)
class WindowsSentinel(Sentinel):
    """The sentinel of one volume; its name is the mount path."""

    kind: ClassVar[str] = "windows-sentinel"
    summary: ClassVar[str] = "the file that proves which volume of Windows is mounted; written where none is (compiled)"
    language: ClassVar[str] = "powershell"

    id: str = field(default="", compare=False)  # of the volume as Windows knows it; the text may name another system's

    def probe(self) -> Probe:
        """The roots of all volumes, last of all: a mount may hang."""
        return Probe(script=f"{_PROGRAM}\nRead-Sentinel -Wanted $Words", args=(self.name,), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Its one line."""
        found = [one for one in rows(document(reply), "Sentinels") if one.get("Root") == self.name]
        if len(found) != 1:
            raise Unparsable(f"{self.name} is not in the listing")
        state, line = found[0].get("State"), found[0].get("Line")
        if state == "absent":
            return None
        if state not in ("sentinel", "other") or not isinstance(line, str):
            raise Unparsable(f"the sentinel of {self.name} cannot be read: {line}")
        text = line if state == "sentinel" else "(no plain file)"
        return type(self)(system=self.system, name=self.name, place=self.place, text=text, id=self.id)

    def create(self) -> tuple[Step, ...]:
        """Only where the id matches at that very moment, and over no other sentinel."""
        word = json.dumps({"root": self.name, "id": self.id, "text": self.text})
        return (
            Step(
                title=f"mark the volume at {self.name}",
                script=f"{_PROGRAM}\nSet-Sentinel -Words $Words",
                guard=f"{_PROGRAM}\nAssert-SentinelPlace -Words $Words",
                args=(word,),
            ),
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the mount path is known."""
        return cls(system=system, name=name, place=place, text="")
