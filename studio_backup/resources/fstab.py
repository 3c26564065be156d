"""/etc/fstab: its lines as systems read them, ours between marks, those of others that are in the way or do as well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio_backup.resources import marked
from studio_backup.resources.marked import THEIRS

#: Refuses when others' lines are not what was read: $1 their check sum then, or "" and none may be about $2 or $3.
GUARD = rf"""{THEIRS}
file=/etc/fstab
if [ -n "$1" ]; then
  if [ -e "$file" ]; then now=$(theirs "$file"); else now=absent; fi
  [ "$now" = "$1" ] || {{ printf '%s changed since it was read\n' "$file"; false; }}
elif [ -e "$file" ]; then
  what=$2 place=$3 awk '!/^[ \t]*#/ && ($1 == ENVIRON["what"] || $2 == ENVIRON["place"]) {{
    print "/etc/fstab has got a line: " $0; found = 1 }} END {{ exit found }}' "$file"
fi"""

#: Puts $2 between the marks $1; owner, mode and every other byte stay.
WRITE = f"""set -- /etc/fstab "$1" "$2"
{marked.WRITE}
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi"""

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: what is mounted (a UUID always as `UUID=`, without quotes), where, as what, how."""

    what: str
    path: str
    type: str
    options: tuple[str, ...]

    def text(self) -> str:
        """As it stands in the file; never checked at the start, since a job must not wait for hours."""
        return f"{self.what} {escaped(self.path)} {self.type} {','.join(self.options)} 0 0"

    def does(self, other: Line) -> bool:
        """True when this line means what the other one says."""
        same = self.names(other) and self.path == other.path and self.type in (other.type, "auto")
        return same and set(self.options) - {"defaults"} == set(other.options) - {"defaults"}

    def names(self, other: Line) -> bool:
        """True when both name one file system; letters of a UUID may be large or small."""
        return self.what.lower() == other.what.lower()

    def part_of_a_file_system(self) -> bool:
        """True for a subvolume: the same UUID stands in several lines rightly."""
        return any(option.startswith(("subvol=", "subvolid=")) for option in self.options)


def escaped(path: str) -> str:
    """A path as fstab spells it."""
    return "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\#" else letter for letter in path)


def parsed(text: str) -> Line | None:
    """One line; None for a comment and for what mounts nothing."""
    parts = text.split()
    if len(parts) < 3 or parts[0].startswith("#"):
        return None
    what, path = (_ESCAPED.sub(lambda found: chr(int(found[1], 8)), part) for part in parts[:2])
    options = tuple(parts[3].split(",")) if len(parts) > 3 else ()
    return Line(what=_named(what), path=path.rstrip("/") or "/", type=parts[2], options=options)


def _named(what: str) -> str:
    """One spelling for the two ways to name a UUID; quotes are allowed around it."""
    word, _, value = what.replace('"', "").replace("'", "").partition("=")
    if word.startswith("/dev/disk/by-uuid/"):
        word, value = "UUID", word.removeprefix("/dev/disk/by-uuid/")
    return f"UUID={value}" if word == "UUID" else what


def in_the_way(lines: Sequence[tuple[int, str]], wanted: Line) -> tuple[Line | None, str]:
    """Of others' lines (number, text): one that does what is wanted, and one that is in its way, as people find it."""
    does: Line | None = None
    for number, text in lines:
        line = parsed(text)
        if line is None or not _meets(line, wanted):
            continue
        if not line.does(wanted):
            return does, f"line {number} of /etc/fstab: {' '.join(text.split())}"
        does = line
    return does, ""


def _meets(line: Line, wanted: Line) -> bool:
    return line.path == wanted.path or (line.names(wanted) and not line.part_of_a_file_system())
