"""A mount that is kept: a line of ours in /etc/fstab by the file system's id, and what it says mounted."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, fixed, managed, watched, whole
from studio_backup.resources.btrfs_listing import BTRFS
from studio_backup.resources.fstab import GUARD, WRITE, Line, in_the_way, parsed
from studio_backup.resources.marked import READ, inside, mark, outside
from studio_backup.resources.volume import IDENTITY
from studio_backup.source import Place
from studio_backup.step import Step

#: In every line of ours: a machine starts without its disks, and whoever needs them waits a minute and a half. An array
#: of which a disk lacks is started half a minute after the others were found, or not; a mount that gave up stays away.
ALWAYS = ("nofail", "x-systemd.device-timeout=90s")

#: /etc/fstab, and for each `ID PATH` what is mounted there and how: an id holds no blank.
_SCRIPT = rf"""{IDENTITY}
{READ}
read_shared /etc/fstab
[ -r "$mount_table" ]
set +eu
for pair do
  id=${{pair%% *}}; root=${{pair#* }}; mounted_id=; state='bare'; how=
  if find_mount "$root"; then
    mounted_id_is "$root" "$id"
    case $? in 0) state='right' ;; 1) state='other' ;; *) state='unread' ;; esac
    how=$(place=$mount_place awk '$5 == ENVIRON["place"] {{ how = $6 "," $NF }} END {{ print how }}' "$mount_table")
  elif [ -d "$root" ]; then
    names=$(ls -A "$root") || state='unread'
    [ -z "$names" ] || state='full'
  elif [ -e "$root" ] || [ -L "$root" ]; then state='file'; fi
  printf 'mount\t%s\t%s\t%s\t%s\n' "$state" "$mounted_id" "$how" "$pair"
done
printf 'complete\n'"""

#: Mounts $2 unless the file system $1 is there already; never over another one, nor over files.
_MOUNT = rf"""{IDENTITY}
if find_mount "$2"; then
  mounted_id_is "$2" "$1" || {{ printf 'another file system is mounted at %s\n' "$2"; exit 1; }}
  exit 0
fi
if [ -e "$2" ]; then
  [ -z "$(ls -A -- "$2")" ] || {{ printf '%s is not empty: a mount would hide what is in it\n' "$2"; exit 1; }}
else umask 022; mkdir -p -- "$2"; fi
if command -v udevadm >/dev/null; then udevadm settle --timeout=10 || :; fi"""

#: btrfs of which two disks carry the same leg is not mounted: the kernel would take whichever it saw last.
_ONE_OF_EACH_LEG = f"""{BTRFS}
btrfs_ready "$(printf %s "$1" | tr A-F a-f)" || exit 1"""


@dataclass(frozen=True, kw_only=True)
class Mount(Resource):
    """One volume, mounted at its path now and after every start; its name is the volume's."""

    kind: ClassVar[str] = "mount"
    summary: ClassVar[str] = (
        "a volume mounted at its path, by a line of ours in /etc/fstab; never unmounted (a spec writes it)"
    )
    adoptable: ClassVar[bool] = True

    path: str = fixed()
    what: str = managed()  # UUID=…
    type: str = managed()
    options: str = managed()
    mounted: str = managed("yes")
    way: str = fixed("clear")  # or a line of somebody else's, another file system, files that a mount would hide
    access: str = watched("rw")

    sum: str = field(default="", compare=False)  # of others' lines when they were read

    @property
    def line(self) -> Line:
        """What shall stand in /etc/fstab."""
        return Line(what=self.what, path=self.path, type=self.type, options=tuple(self.options.split(",")))

    @property
    def mark(self) -> str:
        """What stands in the lines around ours."""
        return mark(self.address)

    @property
    def _pair(self) -> str:
        return f"{self.what.removeprefix('UUID=')} {self.path}"

    def probe(self) -> Probe:
        """All mounts in one call, last of all: one may hang. What only has a name asks for nothing but /etc/fstab."""
        return Probe(script=_SCRIPT, args=(self._pair,) if self.path else (), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Our line, or one of somebody else's that does the same or is in the way."""
        text = whole(reply)
        found = re.match(r"sum\t([^\n]*)\n((?:\t[^\n]*\n)*)", text)
        if found is None or found[1] == "link":
            raise Unparsable(
                "/etc/fstab is a link, which is not written through" if found else "/etc/fstab was not read"
            )
        lines = [line[1:] for line in found[2].split("\n")[:-1]]
        mine = inside(lines, self.mark, "in /etc/fstab")
        line = parsed("\n".join(mine)) if mine else None
        wanted = self.line if self.path else line
        if wanted is None:
            return None
        theirs, trouble = in_the_way(outside(lines), wanted)
        state, how, hidden = _mounted(text, wanted)
        trouble = trouble or hidden
        if mine is not None and line is None:
            line = Line(what="", path=wanted.path, type="", options=())  # an empty or broken line between the marks
        stands = line or (wanted if theirs or trouble else None)
        return self._seen(stands, state, trouble, how, found[1]) if stands else None

    def _seen(self, line: Line, state: str, trouble: str, how: str, checksum: str) -> Self:
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            path=line.path,
            what=line.what,
            type=line.type,
            options=",".join(line.options),
            # Whether its volume is mounted is nothing to a line that shall go: it is not unmounted with it.
            mounted=state if self.path else "yes",
            way=trouble or "clear",
            access="ro" if "ro" in how.split(",") else "rw",
            sum=checksum,
        )

    def create(self) -> tuple[Step, ...]:
        """The line, then the mount."""
        return (self._write(self.line.text(), ""), self._mount())

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The line where it differs; mounted where it is not. Other options hold from the next mount on."""
        write = (self._write(self.line.text(), seen.sum),) if fields & {"what", "type", "options"} else ()
        return (*write, self._mount()) if "mounted" in fields else write

    def remove(self) -> tuple[Step, ...] | None:
        """Our line taken out; what is mounted stays so until somebody unmounts it, or the machine starts anew."""
        return (self._write("", self.sum),)

    def _write(self, text: str, checksum: str) -> Step:
        title = f"{'write' if text else 'remove'} our line for {self.path} in /etc/fstab"
        guard = f"set -- {shlex.join((checksum, self.what, self.line.text().split(' ')[1]))}\n{GUARD}"
        return Step(title=title, script=f"set -- {shlex.join((self.mark, text))}\n{WRITE}", guard=guard)

    def _mount(self) -> Step:
        arguments = f"set -- {shlex.join((self.what.removeprefix('UUID='), self.path))}\n"
        whole = _ONE_OF_EACH_LEG if self.type == "btrfs" else ":"
        return Step(title=f"mount {self.path}", script=f'{arguments}{_MOUNT}\n{whole}\nmount -- "$2"')

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the volume's name: our line is found by its marks."""
        return cls(system=system, name=name, place=place, path="", what="", type="", options="")


def _mounted(text: str, line: Line) -> tuple[str, str, str]:
    """Whether it is mounted, with which options, and what is in the way of mounting it."""
    pair = f"{line.what.removeprefix('UUID=')} {line.path}"
    found = re.search(rf"^mount\t(\w+)\t([^\t\n]*)\t([^\t\n]*)\t{re.escape(pair)}$", text, re.MULTILINE)
    match found[1] if found else "unasked":
        case "unread":
            raise Unparsable(f"what is at {line.path} cannot be read")
        case "right":
            return "yes", found[3] if found else "", ""
        case "other":
            return "no", "", f"another file system is mounted at {line.path}: {found[2] if found else ''}"
        case "full":
            return "no", "", f"files in {line.path}, which a mount would hide"
        case "file":
            return "no", "", f"{line.path} is no folder"
    return "no", "", ""
