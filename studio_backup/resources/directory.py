"""Folders: ours below our own places, and those on a volume that hold a copy; the latter are never removed."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.absence import ABSENT
from studio_backup.paths import SENTINEL, top_of
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed, watched, whole
from studio_backup.resources.listing import Listed, listed
from studio_backup.source import Place
from studio_backup.step import Step

#: Lists each folder in "$@" that is there, plain names in one call. Any other name is printed apart, since some `ls`
#: garble it.
SCRIPT = rf"""{ABSENT}
plain=
for folder do
  if [ -e "$folder" ] || [ -L "$folder" ]; then
    case $folder in
      *[!A-Za-z0-9/._-]*) printf 'there\t%s\n' "$folder"; ls -ld -- "$folder" ;;
      *) plain="$plain $folder" ;;
    esac
  elif absent "$folder"; then printf 'absent\t%s\n' "$folder"
  else printf 'unread\t%s\n' "$folder"; fi
done
[ -z "$plain" ] || ls -ld $plain
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class Directory(Resource):
    """A folder with its mode and owner; its name is its path."""

    kind: ClassVar[str] = "directory"
    summary: ClassVar[str] = "a folder with mode and owner; one that may hold data is never removed (compiled)"

    mode: str = managed("0755")
    owner: str = managed("root")  # or USER:GROUP, where its group counts
    type: str = watched("d")
    guard: str = field(default="", compare=False)  # mount path of the volume that must be there first

    @property
    def ours(self) -> bool:
        """True below our own places, where no data of the studio stands."""
        return bool(top_of(self.name))

    @property
    def claimable(self) -> bool:
        """Below our own places every folder is."""
        return self.ours and self.type == "d"

    def probe(self) -> Probe:
        """All folders in one call; those on volumes go last, since a mount may hang."""
        return Probe(script=SCRIPT, args=(self.name,), touches=not self.ours)

    def parse(self, reply: Reply) -> Self | None:
        """Its line of the listing."""
        lines = whole(reply).split("\n")
        if f"absent\t{self.name}" in lines:
            return None
        if f"there\t{self.name}" in lines:
            return self._seen(listed(lines[lines.index(f"there\t{self.name}") + 1]))
        if f"unread\t{self.name}" in lines:
            raise Unparsable(f"{self.name} is there and cannot be read")
        mine = (line for line in lines if line.endswith(f" {self.name}") or f" {self.name} -> " in line)
        found = [
            entry
            for line in mine
            if not line.startswith(("there\t", "absent\t", "unread\t")) and (entry := listed(line)).path == self.name
        ]
        if len(found) != 1:  # the target of a link can spell a second line
            raise Unparsable(f"{self.name} is not in the listing" + (" once" if found else ""))
        return self._seen(found[0])

    def _seen(self, entry: Listed) -> Self:
        owner = f"{entry.owner}:{entry.group}" if ":" in self.owner else entry.owner
        return type(self)(
            system=self.system, name=self.name, place=self.place, mode=entry.mode, owner=owner, type=entry.type
        )

    def create(self) -> tuple[Step, ...]:
        """Made with its final owner and mode; folders between it and an existing one are root's."""
        script = f'umask 022; mkdir -p -- "$@"; chmod {self.mode} "$@"'
        if self.owner != "root":
            script += f'; chown -h -- {shlex.quote(self.owner)} "$@"'
        return (Step(title=f"make folder {self.name}", script=script, guard=self._mounted(), args=(self.name,)),)

    def _mounted(self) -> str:
        return f"test -f {shlex.quote(f'{self.guard}/{SENTINEL}')}" if self.guard else ""

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Mode and owner of the folder itself, never of what is in it; never through a link."""
        del seen, fields
        # `|| exit` and not `set -e`, which looks only at the last word of an AND list.
        guard = 'for folder do [ -d "$folder" ] && [ ! -L "$folder" ] || exit 1; done'
        script = f'chmod {self.mode} "$@"; chown -h -- {shlex.quote(self.owner)} "$@"'
        return (Step(title=f"mend folder {self.name}", script=script, guard=guard, args=(self.name,)),)

    def remove(self) -> tuple[Step, ...] | None:
        """An empty folder below our own places; anything else is released and stays as it is."""
        if not self.ours or ".." in self.name.split("/"):
            return None
        script = 'for folder do rmdir -- "$folder" 2>/dev/null || ls -la -- "$folder"; done'
        return (Step(title=f"remove folder {self.name}", script=script, args=(self.name,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its path is known."""
        return cls(system=system, name=name, place=place)
