"""Local snapshots of an APFS volume, watched: how many, how new, and whether macOS thinned them when room was short."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Self

from studio_backup.paths import MAC_TOOLS
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, watched
from studio_backup.resources.mac_told import TOLD, asked
from studio_backup.source import Place

#: The names of snapshots are dated in the time of that Mac, and so is its clock here.
_SCRIPT = f"""{TOLD}
told now date +%Y-%m-%d-%H%M%S
for path do told "snapshots $path" {MAC_TOOLS["tmutil"]} listlocalsnapshots "$path"; done
printf 'complete\\n'"""

_NAME = re.compile(r"com\.apple\.TimeMachine\.(\d{4}-\d\d-\d\d-\d{6})\.local")
_DATED = "%Y-%m-%d-%H%M%S"
#: An hour more than a clock that is put forward or back in the meantime, which names do not tell.
_CLOCK = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class ApfsSnapshots(Watched):
    """Of one volume; its name is the volume's."""

    kind: ClassVar[str] = "apfs-snapshots"
    summary: ClassVar[str] = "local snapshots that Time Machine keeps of a volume of a Mac (a spec writes it)"

    newest: str = watched("fresh")
    thinned: str = watched("no")
    count: str | None = watched(None)

    path: str = field(default="", compare=False)
    max_age: int = field(default=86400, compare=False)  # seconds
    reach: int = field(default=0, compare=False)  # seconds that they shall go back; 0 where nobody asks
    least: int = field(default=0, compare=False)

    def probe(self) -> Probe:
        """All of them in one call, last of all: a mount may hang."""
        return Probe(script=_SCRIPT, args=(self.path,) if self.path else (), touches=True)

    def parse(self, reply: Reply) -> Self:
        """Never absent: a volume without a snapshot is seen as such."""
        now = _moment(asked(reply, "now").text.strip())
        said = asked(reply, f"snapshots {self.path}")
        heading, *rest = said.text.splitlines() or [""]
        if not re.fullmatch(r"Snapshots for (disk|volume group containing disk) .*:", heading) or said.exit:
            raise Unparsable(f"tmutil says of {self.path}: {said.line}")
        names = [line for line in rest if line.strip()]
        # What another product or an update of macOS keeps is none of Time Machine's.
        dates = sorted(_moment(found[1]) for line in names if (found := _NAME.fullmatch(line.strip())))
        if any(not re.fullmatch(r"[A-Za-z0-9_.-]+", line.strip()) for line in names):
            raise Unparsable(f"tmutil lists something else than snapshots of {self.path}")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            newest=self._newest(dates, now),
            thinned=self._thinned(dates, now),
            count=self.count and self._count(len(dates)),
            path=self.path,
            max_age=self.max_age,
            reach=self.reach,
            least=self.least,
        )

    def _newest(self, dates: list[datetime], now: datetime) -> str:
        past = [one for one in dates if one <= now + _CLOCK]
        if not past:
            return f"dated in the future: {dates[-1]:%Y-%m-%d %H:%M}" if dates else "none"
        if now - past[-1] <= timedelta(seconds=self.max_age) + _CLOCK:
            return "fresh"
        return f"of {past[-1]:%Y-%m-%d %H:%M}, its time"

    def _thinned(self, dates: list[datetime], now: datetime) -> str:
        if not self.reach:
            return "no"
        if not dates:
            return "yes, none is left"
        back = now - dates[0]
        if back + _CLOCK >= timedelta(seconds=self.reach):
            return "no"
        return f"yes, they reach back {max(int(back.total_seconds()), 0) // 3600} h, not {self.reach // 3600} h"

    def _count(self, found: int) -> str:
        return f"at least {self.least}" if found >= self.least else str(found)

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """Nobody's command brings back a snapshot."""
        del seen, fields
        fix = "free space on the volume, and see that Time Machine runs; snapshots that are gone do not come back"
        return "macOS removes local snapshots when room is short", fix

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the volume's name."""
        return cls(system=system, name=name, place=place)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, _DATED)  # in the time of that Mac, as is its clock
    except ValueError:
        raise Unparsable(f"'{text[:40]}' is no date of macOS") from None
