"""Spotlight's index on a volume that holds copies: it costs a night's time there, and nobody searches a copy."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.paths import MAC_TOOLS
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed
from studio_backup.resources.mac_told import TOLD, asked
from studio_backup.resources.mac_volume import MOUNTED, mounted
from studio_backup.source import Place
from studio_backup.step import Step

_SCRIPT = rf"""{TOLD}
for path do
  told "volume $path" {MAC_TOOLS["diskutil"]} info -plist "$path"
  case $said in *'<key>Error</key>'*) ;; *) told "mdutil $path" {MAC_TOOLS["mdutil"]} -s "$path" ;; esac
done
printf 'complete\n'"""

#: What mdutil says, without the dot; whether a volume without an index will get one is told by nothing known.
_WORDS = {"Indexing enabled": "on", "Indexing disabled": "off", "Indexing and searching disabled": "off"}


@dataclass(frozen=True, kw_only=True)
class Spotlight(Resource):
    """The index of one volume; its name is the volume's."""

    kind: ClassVar[str] = "spotlight"
    summary: ClassVar[str] = "whether Spotlight indexes a volume of a Mac (a spec writes it)"
    adoptable: ClassVar[bool] = True
    made: ClassVar[bool] = False

    indexing: str = managed("off")

    path: str = field(default="", compare=False)
    id: str = field(default="", compare=False)  # UUID of the volume, as diskutil prints it

    def probe(self) -> Probe:
        """All of them in one call, last of all: a mount may hang."""
        return Probe(script=_SCRIPT, args=(self.path,) if self.path else (), touches=True)

    def parse(self, reply: Reply) -> Self:
        """What mdutil says of the very volume that is meant."""
        if not self.path:
            return self  # nothing is asked about what is only to be released
        mounted(asked(reply, f"volume {self.path}"), self.path, self.id)
        said = asked(reply, f"mdutil {self.path}")
        first, *rest = [line.strip() for line in said.text.splitlines() if line.strip()] or [""]
        word = _WORDS.get(rest[0].removesuffix(".")) if first == f"{self.path}:" and len(rest) == 1 else None
        if word is None:
            raise Unparsable(f"mdutil says of {self.path}: {' '.join((first, *rest)) or said.line}")
        return type(self)(
            system=self.system, name=self.name, place=self.place, indexing=word, path=self.path, id=self.id
        )

    def create(self) -> tuple[Step, ...]:
        """Nothing: every volume has one or the other."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Turned on or off, on that volume and no other."""
        del seen, fields
        words = shlex.join((self.path, self.id))
        return (
            Step(
                title=f"turn indexing of {self.path} {self.indexing}",
                script=f"{MAC_TOOLS['mdutil']} -i {self.indexing} {shlex.quote(self.path)}",
                guard=f"{MOUNTED}\nmounted_is {words}",
            ),
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Released: it stays as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the volume's name."""
        return cls(system=system, name=name, place=place)
