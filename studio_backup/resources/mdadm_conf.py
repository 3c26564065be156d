"""Lines of ours in /etc/mdadm/mdadm.conf: an array's name at every start, and what mdadm's monitor calls.

The initial RAM disk has a copy of the file: an array has its name at a start only where that copy names it.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Derived, Resource, Unparsable, fixed, managed, watched, whole
from studio_backup.resources.marked import READ, WRITE, inside, mark, outside
from studio_backup.resources.mdadm_file import GUARD, PATH, hexadecimal, statements
from studio_backup.source import Place
from studio_backup.step import Risk, Step

#: Name of the lines about the monitor, as no array can be called.
MONITOR = "PROGRAM"

#: The file, whether every initial RAM disk is younger, and whether the monitor runs and began after the last change.
_SCRIPT = rf"""{READ}
read_shared {PATH}
if ! command -v update-initramfs >/dev/null; then printf 'initramfs\tnot made by initramfs-tools\n'
elif older=$(find /boot -name 'initrd.img-*' ! -newer {PATH} 2>&1); then
  printf 'initramfs\t%s\n' "${{older:+older than the file}}"
else printf 'initramfs\tnot known: %s\n' "$older"; fi
if ! command -v systemctl >/dev/null; then printf 'monitor\twithout systemd\n'
else
  state=$(systemctl show -p ActiveState -p ExecMainStartTimestamp mdmonitor.service) || state=
  began=$(printf '%s\n' "$state" | sed -n 's/^ExecMainStartTimestamp=//p')
  case $state in
    *ActiveState=active*)
      if [ "$(date -d "$began" +%s)" -ge "$(date -r {PATH} +%s)" ]; then printf 'monitor\trunning\n'
      else printf 'monitor\tbegan before the file changed\n'; fi ;;
    *) printf 'monitor\tstopped\n' ;;
  esac
fi
if command -v sendmail >/dev/null; then printf 'mailer\tthere\n'; else printf 'mailer\tmissing: sendmail\n'; fi
printf 'complete\n'"""

#: The monitor reads the file once, when it starts: one that runs begins anew.
_AGAIN = """
if command -v systemctl >/dev/null; then systemctl try-restart mdmonitor.service || :; fi"""

_INITRAMFS = """command -v update-initramfs >/dev/null || { printf 'update-initramfs is missing\\n'; exit 1; }
update-initramfs -u -k all"""


@dataclass(frozen=True, kw_only=True)
class MdadmConf(Resource):
    """Lines about one array (its name is the array's), or about the monitor (its name is PROGRAM)."""

    kind: ClassVar[str] = "mdadm-conf"
    summary: ClassVar[str] = "lines of ours in mdadm.conf, and what must know them: the initial RAM disk, the monitor"
    adoptable: ClassVar[bool] = True

    lines: str | Derived = managed()
    way: str = fixed("clear")  # or a line of somebody else's about the same
    initramfs: str | None = managed(None)  # current, for what is needed at the start
    monitor: str | None = managed(None)  # running, for what it calls
    mailer: str | None = watched(None)  # there, where it is to send mail

    sum: str = field(default="", compare=False)  # of others' lines when they were read

    @property
    def mark(self) -> str:
        """What stands in the lines around ours."""
        return mark(self.address)

    def probe(self) -> Probe:
        """The file, and what depends on it; one question for all its lines."""
        return Probe(script=_SCRIPT)

    def parse(self, reply: Reply) -> Self | None:
        """Our lines, or one of somebody else's that does the same or is in the way."""
        text = whole(reply)
        found = re.match(r"sum\t([^\n]*)\n((?:\t[^\n]*\n)*)", text)
        said = dict(re.findall(r"^(initramfs|monitor|mailer)\t([^\n]*)$", text, re.MULTILINE))
        if found is None or found[1] == "link" or len(said) != 3:
            raise Unparsable(f"{PATH} is a link, which is not written through" if found else f"{PATH} was not read")
        lines = [line[1:] for line in found[2].split("\n")[:-1]]
        mine = inside(lines, self.mark, f"in {PATH}")
        theirs, trouble = self._met(outside(lines))
        if mine is None and not theirs and not trouble:
            return None
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            lines=theirs if mine is None else "\n".join(mine),
            way=trouble or "clear",
            # To lines that shall go, it is nothing who knows them.
            initramfs=self.initramfs and ((self.lines and said["initramfs"]) or "current"),
            monitor=self.monitor and (said["monitor"] if self.lines else "running"),
            mailer=self.mailer and said["mailer"],
            sum=found[1],
        )

    @property
    def _known(self) -> tuple[str, str, str]:
        """How others may speak of the same: its name, that with its machine before it, the digits of its UUID."""
        uuid = str(self.lines).rpartition("UUID=")[2] if isinstance(self.lines, str) and self.name != MONITOR else ""
        return self.name, f"{self.system.partition('/')[0]}:{self.name}", hexadecimal(uuid)

    def _met(self, lines: list[tuple[int, str]]) -> tuple[str, str]:
        """Of others' lines: what says the same as ours, and what is in its way."""
        wanted = str(self.lines) if isinstance(self.lines, str) else ""
        name, known, uuid = self._known
        for statement in statements(lines):
            told = f"line {statement.number} of {PATH}: {' '.join(statement.words)}"
            if name == MONITOR:
                if statement.says(MONITOR):
                    return (wanted, "") if statement.words[1:] == tuple(wanted.split()[1:]) else ("", told)
                continue
            same = uuid != "" and hexadecimal(statement.tag("uuid")) == uuid
            # Of one array under two names, mdadm takes the first; and one that is to be ignored is not even started.
            if statement.says("ARRAY") and (same or statement.array == name or statement.tag("name") in (name, known)):
                return (wanted, "") if same and statement.array == name else ("", told)
        return "", ""

    def create(self) -> tuple[Step, ...]:
        """The lines, then what must know them."""
        return (self._write(str(self.lines), ""), *self._after(frozenset({"initramfs", "monitor"})))

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The lines where they differ; what must know them, always when they changed."""
        if "lines" not in fields:
            return self._after(fields)
        return (self._write(str(self.lines), seen.sum), *self._after(frozenset({"initramfs", "monitor"})))

    def _after(self, fields: frozenset[str]) -> tuple[Step, ...]:
        steps = []
        if self.initramfs and "initramfs" in fields:
            steps.append(Step(title=f"tell the initial RAM disk of {self.name}", script=_INITRAMFS))
        if self.monitor and "monitor" in fields:
            script = "systemctl restart mdmonitor.service"
            steps.append(Step(title="start the monitor of arrays anew", script=script))
        return tuple(steps)

    def remove(self) -> tuple[Step, ...] | None:
        """Our lines taken out; what the initial RAM disk holds of them harms nobody until it is made again."""
        gone = (self._write("", self.sum),)
        if self.name != MONITOR:
            return gone
        return (*gone, Step(title="start the monitor of arrays anew", script="systemctl restart mdmonitor.service"))

    def _write(self, text: str, checksum: str) -> Step:
        return Step(
            title=f"{'write' if text else 'remove'} our lines about {self.name} in {PATH}",
            script=f"set -- {shlex.join((PATH, self.mark, text))}\n{WRITE}{_AGAIN}",
            guard=f"set -- {shlex.join((checksum, *self._known))}\n{GUARD}",
            risk=Risk.SAFE,
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only what the lines are about."""
        at_start, monitor = (None, "running") if name == MONITOR else ("current", None)
        return cls(system=system, name=name, place=place, lines="", initramfs=at_start, monitor=monitor)
