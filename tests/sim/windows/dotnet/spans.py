"""[TimeSpan]."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, constant, maker, method, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Int64

SECOND = 10_000_000


class TimeSpan(NetObject):
    """A length of time in ticks of 100 ns."""

    type_name: ClassVar[str] = "System.TimeSpan"

    def __init__(self, ticks: int) -> None:
        self.count = ticks

    def text(self) -> str:
        """[-][d.]hh:mm:ss[.fffffff]."""
        left = abs(self.count)
        days, left = divmod(left, 86400 * SECOND)
        hours, left = divmod(left, 3600 * SECOND)
        minutes, left = divmod(left, 60 * SECOND)
        seconds, rest = divmod(left, SECOND)
        shown = f"{hours:02}:{minutes:02}:{seconds:02}" + (f".{rest:07}" if rest else "")
        return ("-" if self.count < 0 else "") + (f"{days}." if days else "") + shown

    def same(self, other: Any) -> bool:
        """Whether it is as long."""
        return isinstance(other, TimeSpan) and other.count == self.count

    def order(self, other: Any) -> int:
        """Which is longer."""
        if not isinstance(other, TimeSpan):
            raise NotKnown("a TimeSpan compared with something else")
        return (self.count > other.count) - (self.count < other.count)

    def plus(self, other: Any) -> TimeSpan:
        """Both together."""
        return TimeSpan(self.count + other.count)

    def minus(self, other: Any) -> TimeSpan:
        """What is left."""
        return TimeSpan(self.count - other.count)

    @prop("Ticks")
    def ticks(self) -> Int64:
        """Its ticks."""
        return Int64(self.count)

    @method("Duration")
    def duration(self) -> TimeSpan:
        """Without its sign."""
        return TimeSpan(abs(self.count))

    @method("Add")
    def add(self, other: TimeSpan) -> TimeSpan:
        """Both together."""
        return self.plus(other)

    @method("Negate")
    def negate(self) -> TimeSpan:
        """The other way."""
        return TimeSpan(-self.count)


for _name, _size in (("Days", 86400), ("Hours", 3600), ("Minutes", 60), ("Seconds", 1), ("Milliseconds", 0.001)):
    _ticks = int(_size * SECOND)
    _round = {"Days": 10**9, "Hours": 24, "Minutes": 60, "Seconds": 60, "Milliseconds": 1000}[_name]

    def _total(self: TimeSpan, ticks: int = _ticks) -> float:
        return self.count / ticks

    def _part(self: TimeSpan, ticks: int = _ticks, most: int = _round) -> int:
        sign = -1 if self.count < 0 else 1
        return sign * (abs(self.count) // ticks % most)

    def _from(_: Shell, amount: Any, ticks: int = _ticks) -> TimeSpan:
        return TimeSpan(round(float(to_number(amount)) * ticks / 10_000) * 10_000)

    setattr(TimeSpan, f"_total_{_name}", _total)
    setattr(TimeSpan, f"_part_{_name}", _part)
    TimeSpan.net_properties[f"total{_name.lower()}"] = f"_total_{_name}"
    TimeSpan.net_properties[_name.lower()] = f"_part_{_name}"
    static("TimeSpan", f"From{_name}")(_from)


@static("TimeSpan", "FromTicks")
def _from_ticks(_: Shell, ticks: Any) -> TimeSpan:
    return TimeSpan(int(to_number(ticks)))


@constant("TimeSpan", "Zero")
def _zero(_: Shell) -> TimeSpan:
    return TimeSpan(0)


@constant("TimeSpan", "TicksPerSecond")
def _ticks_per_second(_: Shell) -> Int64:
    return Int64(SECOND)


@maker("TimeSpan")
def _make(_: Shell, *parts: Any) -> TimeSpan:
    numbers = [int(to_number(part)) for part in parts]
    if len(numbers) == 1:
        return TimeSpan(numbers[0])
    days, hours, minutes, seconds = ([0, *numbers] if len(numbers) == 3 else numbers)[:4]
    more = numbers[4] * 10_000 if len(numbers) == 5 else 0
    return TimeSpan((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND + more)


@static("TimeSpan", "Parse")
def _parse(_: Shell, text: Any) -> TimeSpan:
    return read(to_text(text))


def read(text: str) -> TimeSpan:
    """A span as text: [d.]hh:mm[:ss[.fffffff]], or a number of days."""
    found = re.fullmatch(r"\s*(-?)(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?\s*", text)
    if found:
        days, hours, minutes, seconds = (int(found[n] or 0) for n in (2, 3, 4, 5))
        whole = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND + int((found[6] or "").ljust(7, "0"))
    elif re.fullmatch(r"\s*-?\d+\s*", text):
        return TimeSpan(int(text) * 86400 * SECOND)
    else:
        raise NetError("System.FormatException", "String was not recognized as a valid TimeSpan.", -2146233033)
    return TimeSpan(-whole if found[1] else whole)


def _cast(given: Any) -> TimeSpan:
    return read(given) if isinstance(given, str) else TimeSpan(int(to_number(given)))


CASTS["timespan"] = _cast
