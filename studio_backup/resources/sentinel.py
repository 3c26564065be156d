"""The sentinel: a file in a volume's root that says which volume it is; a bare mount point lacks it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.absence import ABSENT
from studio_backup.paths import SENTINEL
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, fixed, whole
from studio_backup.resources.volume import IDENTITY
from studio_backup.source import Place
from studio_backup.step import Step

#: For each root in "$@" the first line of its sentinel; a line of its own, even where the file does not end one.
_SCRIPT = rf"""{ABSENT}
for root do
  file=$root/{SENTINEL}; line='(no plain file)'; word=sentinel
  if [ -f "$file" ] && [ ! -L "$file" ]; then
    line=; IFS= read -r line <"$file" || [ -n "$line" ] || [ ! -s "$file" ] || word=unread
  elif absent "$file"; then word=absent; line=
  elif [ ! -e "$file" ] && [ ! -L "$file" ]; then word=unread; fi
  printf 'root\t%s\n%s\t%s\n' "$root" "$word" "$line"
done
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class Sentinel(Resource):
    """The sentinel of one volume; its name is the mount path."""

    kind: ClassVar[str] = "sentinel"
    summary: ClassVar[str] = "the file that proves which volume is mounted; written only where none is (compiled)"

    text: str = fixed()  # STUDIO<TAB>MACHINE/VOLUME<TAB>ID

    def probe(self) -> Probe:
        """The roots of all volumes, last of all: a mount may hang."""
        return Probe(script=_SCRIPT, args=(self.name,), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Its one line."""
        text = whole(reply)
        found = re.search(rf"^root\t{re.escape(self.name)}\n(\w+)\t([^\n]*)\n", text, re.MULTILINE)
        if found is None:
            raise Unparsable(f"{self.name} is not in the listing")
        if found[1] == "absent":
            return None
        if found[1] != "sentinel":
            raise Unparsable(f"the sentinel of {self.name} cannot be read")
        return type(self)(system=self.system, name=self.name, place=self.place, text=found[2])

    def create(self) -> tuple[Step, ...]:
        """Only where the id matches at that very moment, and over no other sentinel.

        This one may be there: a volume that was not mounted when it was read may be so by now.
        """
        _, _, volume_id = self.text.split("\t")
        root, text = shlex.quote(self.name), shlex.quote(self.text)
        guard = f"""{IDENTITY}
find_mount {root}
mounted_id_is {root} {shlex.quote(volume_id)}
[ ! -L {root}/{SENTINEL} ]
if [ -e {root}/{SENTINEL} ]; then IFS= read -r line <{root}/{SENTINEL}; [ "$line" = {text} ]; fi"""
        script = f"""umask 022; set -C
[ -e {root}/{SENTINEL} ] || printf '%s\\n' {text} >{root}/{SENTINEL}"""
        return (Step(title=f"mark the volume at {self.name}", script=script, guard=guard),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Never: another sentinel is a conflict for a human."""
        del seen, fields
        return ()

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a volume that leaves the spec is not touched."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the mount path is known."""
        return cls(system=system, name=name, place=place, text="")
