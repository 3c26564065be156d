"""Marked lines of ours in a file of somebody else's: here an authorized_keys line that can only reach the gate."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Derived, Resource, Unparsable, managed, whole
from studio_backup.resources.marked import READ, REPLACE, THEIRS, inside, mark
from studio_backup.source import Place
from studio_backup.step import Risk, Step

#: For each user in "$@": home, whether the file is there, its check sum and its text. One after a + is made by us, and
#: has no such file before that.
_SCRIPT = rf"""{READ}
for asked do
  user=${{asked#+}}
  home=$(awk -F: -v user="$user" '$1 == user {{ print $6; exit }}' /etc/passwd)
  if [ -z "$home" ] && [ "$asked" != "$user" ] && grep -q '^root:' /etc/passwd; then
    printf 'file\t%s\t-\nsum\tabsent\n' "$user"; continue
  fi
  [ -n "$home" ] || {{ printf 'no local user %s\n' "$user" >&2; exit 1; }}
  file=$home/.ssh/authorized_keys
  printf 'file\t%s\t%s\n' "$user" "$file"
  if [ -L "$home/.ssh" ]; then printf 'sum\tlink\n'; else read_shared "$file"; fi
done
printf 'complete\n'"""

#: Refuses when the file is not the one that was read: $1 user, $2 its check sum then.
_GUARD = rf"""{THEIRS}
home=$(awk -F: -v user="$1" '$1 == user {{ print $6; exit }}' /etc/passwd)
file=$home/.ssh/authorized_keys
if [ -e "$file" ]; then now=$(theirs "$file"); else now=absent; fi
[ "$now" = "$2" ] || {{ printf '%s changed since it was read\n' "$file" >&2; false; }}"""

#: Takes our lines out and puts $4 in ($3 is the mark); owner, mode and every other byte stay. Staged in a folder that
#: `mkdir` makes anew: its user may write beside the file, and must not choose where root writes.
_WRITE = rf"""{REPLACE}
home=$(awk -F: -v user="$1" '$1 == user {{ print $6; exit }}' /etc/passwd)
[ -n "$home" ]
folder=$home/.ssh; file=$folder/authorized_keys
[ -d "$folder" ] || [ -L "$folder" ] || {{ mkdir -m 0700 "$folder"; chown -- "$1:" "$folder"; }}
[ ! -L "$file" ]; [ ! -L "$folder" ]
rm -rf "$folder"/.studio-backup.*
stage=$folder/.studio-backup.$$; mkdir -m 0700 "$stage"
if [ -e "$file" ]; then cp -p -- "$file" "$stage/new"
else : >"$stage/new"; chmod 0600 "$stage/new"; chown -- "$1:" "$stage/new"; fi
replace_lines "$file" "$3" "$4" "$stage/text"
cat "$stage/text" >"$stage/new"
mv -f -- "$stage/new" "$file"
rm -rf "$stage" """


@dataclass(frozen=True, kw_only=True)
class Block(Resource):
    """Lines in a user's authorized_keys; its name is `authorized_keys:USER/WHAT`."""

    kind: ClassVar[str] = "block"
    summary: ClassVar[str] = "marked lines of ours in a file of somebody else's; all other bytes stay (compiled)"

    lines: str | Derived = managed()
    sum: str = field(default="", compare=False)  # of the whole file when it was read
    ours: bool = field(default=False, compare=False)  # the user is made by us, and may not be there yet

    @property
    def user(self) -> str:
        """Whose authorized_keys."""
        return self.name.partition(":")[2].partition("/")[0]

    @property
    def mark(self) -> str:
        """What stands in the lines around ours."""
        return mark(self.name.partition("/")[2])

    def probe(self) -> Probe:
        """The files of all users asked for, in one call."""
        return Probe(script=_SCRIPT, args=(f"+{self.user}" if self.ours else self.user,))

    def parse(self, reply: Reply) -> Self | None:
        """What stands between our marks; None when a whole reading has no such mark."""
        text = whole(reply)
        pattern = rf"^file\t{re.escape(self.user)}\t[^\n]*\nsum\t([^\n]*)\n((?:\t[^\n]*\n)*)"
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            raise Unparsable(f"nothing was read of {self.user}")
        if found[1] == "link":
            raise Unparsable(f"the authorized_keys of {self.user} is a link, which is not written through")
        mine = inside([line[1:] for line in found[2].split("\n")[:-1]], self.mark, f"for {self.user}")
        if mine is None:
            return None
        return type(self)(system=self.system, name=self.name, place=self.place, lines="\n".join(mine), sum=found[1])

    def create(self) -> tuple[Step, ...]:
        """Appended to what is there."""
        return self._write("write", str(self.lines), "")

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Our lines replaced, if the file is still the one that was read."""
        del fields
        return self._write("write", str(self.lines), seen.sum)

    def remove(self) -> tuple[Step, ...] | None:
        """Our lines taken out."""
        return self._write("remove", "", self.sum)

    def _write(self, word: str, lines: str, checksum: str) -> tuple[Step, ...]:
        arguments = f"set -- {shlex.join((self.user, checksum, self.mark, lines))}\n"
        guard = arguments + _GUARD if checksum else ""
        title = f"{word} our lines in the authorized_keys of {self.user}"
        return (Step(title=title, script=arguments + _WRITE, guard=guard, risk=Risk.SAFE),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only whose file and what for."""
        return cls(system=system, name=name, place=place, lines="")
