"""Shares for Time Machine and for landings: a section of ours in smb.conf, checked before it is there, then served."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, fixed, managed, whole
from studio_backup.resources.marked import inside, mark
from studio_backup.resources.samba_conf import GUARD, PATH, SCRIPT, WRITE, Section, in_the_way, section
from studio_backup.source import Place
from studio_backup.step import Step

#: Refuses while somebody has a file of the share open: a backup runs; or where nothing tells. $1 is the share's path.
_UNUSED = r"""listed=$(smbstatus -L 2>/dev/null) || {
  printf 'smbstatus does not tell whether a backup to this share is running\n' >&2; false; }
open=$(printf '%s\n' "$listed" | place=$1 awk 'index($0, " " ENVIRON["place"] " ")')
[ -z "$open" ] || { printf 'a backup to this share is running\n' >&2; false; }"""


@dataclass(frozen=True, kw_only=True)
class SambaShare(Resource):
    """One share, of one machine; its name is the share's."""

    kind: ClassVar[str] = "samba-share"
    summary: ClassVar[str] = (
        "a share of one machine, for Time Machine (a spec writes it) or for what Windows pushes (compiled): a section "
        "of ours in smb.conf; its files are never removed"
    )

    path: str = fixed()
    user: str = managed()
    quota: str = managed()  # of a share for Time Machine: what Time Machine is told that there is room for
    options: str = managed()
    way: str = fixed("clear")  # or what somebody else wrote about this share

    sum: str = field(default="", compare=False)  # of others' lines when they were read

    @property
    def mark(self) -> str:
        """What stands in the lines around ours."""
        return mark(self.address)

    @property
    def _section(self) -> Section:
        return Section(path=self.path, user=self.user, quota=self.quota, options=self.options)

    def probe(self) -> Probe:
        """The whole file; one question for all shares."""
        return Probe(script=SCRIPT)

    def parse(self, reply: Reply) -> Self | None:
        """Our section, or what is in its way."""
        found = re.fullmatch(r"sum\t([^\n]*)\n((?:\t[^\n]*\n)*)", whole(reply))
        if found is None or found[1] == "link":
            raise Unparsable(f"{PATH} is a link, which is not written through" if found else f"{PATH} was not read")
        lines = [line[1:] for line in found[2].split("\n")[:-1]]
        mine, trouble = inside(lines, self.mark, f"in {PATH}"), in_the_way(lines, self.name, self.mark)
        if mine is None and not trouble:
            return None
        seen = section(mine or [], self.name)
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            path=seen.path,
            user=seen.user,
            quota=seen.quota,
            options=seen.options,
            way=trouble or "clear",
            sum=found[1],
        )

    def create(self) -> tuple[Step, ...]:
        """Our section behind all others."""
        return (self._write(self._section.text(self.name), ""),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Our section anew. Who is connected stays so: smbd reads the file again, and goes on."""
        del fields
        return (self._write(self._section.text(self.name), seen.sum),)

    def remove(self) -> tuple[Step, ...] | None:
        """Our section taken out; what Macs have stored stays where it is. Not while a backup runs."""
        return (self._write("", self.sum),)

    def _write(self, text: str, checksum: str) -> Step:
        guards = [] if text else [f"set -- {shlex.quote(self.path)}\n{_UNUSED}"]
        if checksum:
            guards.append(f"set -- {shlex.quote(checksum)}\n{GUARD}")
        title = f"{'serve' if text else 'serve no more'} the share {self.name}"
        return Step(
            title=title, script=f"set -- {shlex.join((PATH, self.mark, text))}\n{WRITE}", guard="\n".join(guards)
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the share's name."""
        return cls(system=system, name=name, place=place, path="", user="", quota="", options="")
