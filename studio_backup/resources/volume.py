"""A mounted volume, watched: is the right file system mounted where the spec says?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, watched
from studio_backup.source import Place
from studio_backup.step import Step

#: `volume_id ROOT` prints the id of the file system that is mounted there: the very code that the jobs use.
IDENTITY = shipped("volume.sh")

_SCRIPT = rf"""{IDENTITY}
for root do printf 'volume\t%s\t%s\n' "$(volume_id "$root" || :)" "$root"; done
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class Volume(Resource):
    """The file system at a mount path; its name is that path."""

    kind: ClassVar[str] = "volume"
    summary: ClassVar[str] = "the file system that is mounted at a path, by its id; watched (compiled)"
    recorded: ClassVar[bool] = False
    blocks: ClassVar[bool] = True

    id: str = watched()
    label: str = field(default="", compare=False)  # MACHINE/VOLUME

    def probe(self) -> Probe:
        """All volumes in one call, last of all: a mount may hang."""
        return Probe(script=_SCRIPT, args=(self.name,), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: what is not mounted is seen as such."""
        found = re.search(rf"^volume\t([^\t\n]*)\t{re.escape(self.name)}$", reply.out, re.MULTILINE)
        if reply.exit or not reply.out.endswith("complete") or found is None:
            raise Unparsable(reply.err.strip() or "the listing ended early")
        return type(self)(
            system=self.system, name=self.name, place=self.place, id=found[1] or "not mounted", label=self.label
        )

    def create(self) -> tuple[Step, ...]:
        """Nothing: a volume is never made by watching it."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Nothing: it is only watched."""
        del seen, fields
        return ()

    def remove(self) -> tuple[Step, ...] | None:
        """Nothing: it has no entry in the manifest."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the mount path is known."""
        return cls(system=system, name=name, place=place, id="")
