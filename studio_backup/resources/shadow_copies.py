"""Shadow copies of a volume of Windows: how much room they may take, how new and how many they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, managed, watched
from studio_backup.resources.device import told_size
from studio_backup.resources.windows_volume import IDENTITY
from studio_backup.source import Place
from studio_backup.step import Risk, Step
from studio_backup.windows.answers import document, rows, word

PROGRAM = f"{IDENTITY}\n{shipped('shadows.ps1')}"
_SCRIPT = f"{PROGRAM}\nRead-ShadowCopy"
#: What Windows says where there is no limit.
_UNBOUNDED = 2**64 - 1
#: Windows rounds a limit to parts of its own: what differs by no more than this is equal.
_ROUNDED = 0.01


@dataclass(frozen=True, kw_only=True)
class ShadowCopies(Resource):
    """Of one volume; its name is the volume's."""

    kind: ClassVar[str] = "shadow-copies"
    summary: ClassVar[str] = "shadow copies of a volume of Windows: their limit, how new, how many (a spec writes it)"
    language: ClassVar[str] = "powershell"
    adoptable: ClassVar[bool] = True
    made: ClassVar[bool] = False

    maximum: str | None = managed(None)
    newest: str = watched("fresh")
    count: str | None = watched(None)

    id: str = field(default="", compare=False)  # of the volume, as Windows knows it
    path: str = field(default="", compare=False)
    percent: int = field(default=0, compare=False)
    size: int = field(default=0, compare=False)  # bytes; 0 where it is a share of the volume, or nobody asks
    max_age: int = field(default=86400, compare=False)  # seconds
    least: int = field(default=0, compare=False)
    sight: Sight | None = field(default=None, compare=False, repr=False)

    def probe(self) -> Probe:
        """All volumes and their shadow copies, last of all: one may hang."""
        return Probe(script=_SCRIPT, touches=True)

    def parse(self, reply: Reply) -> Self:
        """Never absent: a volume without a shadow copy is seen as such."""
        if not self.id:
            return self  # one that the spec no longer has: only to be released
        sight = _sighted(document(reply), self.id, self.path)
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            maximum=self.maximum and self._maximum(sight),
            newest=self._newest(sight),
            count=self.count and self._count(len(sight.made)),
            id=self.id,
            path=self.path,
            percent=self.percent,
            size=self.size,
            max_age=self.max_age,
            least=self.least,
            sight=sight,
        )

    def _target(self, sight: Sight) -> int:
        return self.size or sight.capacity * self.percent // 100

    def _maximum(self, sight: Sight) -> str:
        if sight.maximum is None:
            return "none is set"
        if sight.maximum == _UNBOUNDED:
            return "unbounded"
        target = self._target(sight)
        if abs(sight.maximum - target) <= target * _ROUNDED:
            return str(self.maximum)
        share = f"{sight.maximum * 100 / sight.capacity:.0f}%" if sight.capacity else "?"
        return f"{told_size(sight.maximum)} ({share})"

    def _newest(self, sight: Sight) -> str:
        if not sight.made:
            return "none"
        newest = max(sight.made)
        if newest > sight.now + timedelta(hours=1):
            return f"dated in the future: {newest:%Y-%m-%d %H:%M} UTC"
        if sight.now - newest <= timedelta(seconds=self.max_age):
            return "fresh"
        return f"of {newest:%Y-%m-%d %H:%M} UTC"

    def _count(self, found: int) -> str:
        return f"at least {self.least}" if found >= self.least else str(found)

    def create(self) -> tuple[Step, ...]:
        """Never: they have a limit already, if only that there is none."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The limit. Windows deletes what does not fit below it, the oldest first and without a word: that destroys."""
        sight = seen.sight
        if sight is None or "maximum" not in fields:
            return ()
        target = self._target(sight)
        # Where nothing tells how much room they take, any limit may be too small for them.
        untold = sight.maximum is None
        shrinks = sight.made and (untold or target < sight.allocated)
        taken = "nobody knows how much" if untold else told_size(sight.allocated)
        word = {"id": self.id, "path": self.path, "bytes": str(target), "shadows": sorted(sight.shadows),
                "maximum": "" if sight.maximum is None else str(sight.maximum)}  # fmt: skip
        stakes = (
            f"shadow copies, the oldest first: they take {taken}, and {told_size(target)} is left",
            *(f"shadow copy of {moment:%Y-%m-%d %H:%M} UTC" for moment in sorted(sight.made)),
        )
        return (
            Step(
                title=f"let shadow copies of {self.path} take {self.maximum}",
                script=f"{PROGRAM}\nSet-ShadowMaximum -Words $Words",
                guard=f"{PROGRAM}\nAssert-ShadowMaximum -Words $Words",
                args=(json.dumps(word),),
                risk=Risk.DESTROYS if shrinks else Risk.SAFE,
                names=(self.address,) if shrinks else (),
                stakes=stakes if shrinks else (),
            ),
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Released: the limit stays as it is, and so do the shadow copies."""
        return None

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """Nobody's command brings back a shadow copy."""
        del seen
        if fields <= {"newest", "count"}:
            fix = "see that its task runs and that the limit is not reached; what is gone does not come back"
            return "Windows removes the oldest shadow copies when room is short", fix
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the volume's name."""
        return cls(system=system, name=name, place=place)


@dataclass(frozen=True)
class Sight:
    """The shadow copies of one volume; `maximum` is None where no limit was ever set."""

    now: datetime
    capacity: int
    maximum: int | None
    allocated: int
    made: Sequence[datetime]
    shadows: tuple[str, ...]


def _sighted(found: dict[str, Any], identity: str, path: str) -> Sight:
    volumes = [one for one in rows(found, "Volumes") if _is(one, identity)]
    if len(volumes) != 1:
        fix = f"see what is mounted at {path}, and what id: the inventory says"
        raise Unparsable(f"{len(volumes)} volumes are {identity}" if volumes else f"no volume is {identity}", fix)
    device, capacity = word(volumes[0], "Device"), word(volumes[0], "Capacity")
    shadows = [one for one in rows(found, "Shadows") if word(one, "Volume") == device]
    rooms = [one for one in rows(found, "Rooms") if word(one, "Volume") == device]
    if len(rooms) > 1:
        raise Unparsable(f"shadow copies of {path} have {len(rooms)} places to lie in")
    if not capacity.isdigit():
        raise Unparsable(f"nothing tells how large {path} is")
    return Sight(
        now=_moment(found.get("Now")),
        capacity=int(capacity),
        maximum=_number(rooms[0], "Maximum") if rooms else None,
        allocated=_number(rooms[0], "Allocated") if rooms else 0,
        made=tuple(_moment(one.get("Made")) for one in shadows),
        shadows=tuple(word(one, "Id") for one in shadows),
    )


def _is(volume: dict[str, Any], identity: str) -> bool:
    device, serial = word(volume, "Device"), word(volume, "Serial")
    if len(identity) == 36:
        return f"{{{identity}}}".lower() in device.lower()
    return serial.isdigit() and f"{int(serial):08X}" == identity.replace("-", "").upper()


def _number(one: dict[str, Any], key: str) -> int:
    value = one.get(key)
    if not isinstance(value, str) or not value.isdigit():
        raise Unparsable(f"{key} of the room for shadow copies is no number")
    return int(value)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Unparsable(f"'{str(text)[:40]}' is no moment") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
