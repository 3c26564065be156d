"""[DateTime]: ticks and a kind; local time is that of the machine's time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from tests.sim.windows.dotnet.enums import enumerated, number_of
from tests.sim.windows.dotnet.spans import SECOND, TimeSpan
from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, constant, maker, method, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Enumerated, Int64

_FIRST = datetime(1, 1, 1)
UNSPECIFIED, UTC_KIND, LOCAL = 0, 1, 2
#: The zone of every simulated machine; a test that needs another sets it on the machine.
ZONE = {"name": "Europe/Berlin"}


class DateTime(NetObject):
    """A moment: ticks of 100 ns since year 1, and whether they are UTC, local or neither."""

    type_name: ClassVar[str] = "System.DateTime"

    def __init__(self, ticks: int, kind: int = UNSPECIFIED) -> None:
        if not 0 <= ticks < 3155378976000000000:
            raise NetError("System.ArgumentOutOfRangeException", "The added or subtracted value results in an "
                           "un-representable DateTime.", -2146233086)  # fmt: skip
        self.count, self.kind = ticks, kind

    @property
    def plain(self) -> datetime:
        """To the microsecond, without a zone."""
        return _FIRST + timedelta(microseconds=self.count // 10)

    def text(self) -> str:
        """In a string: the invariant culture."""
        return self.plain.strftime("%m/%d/%Y %H:%M:%S")

    def formatted(self, form: str) -> str:
        """`.ToString(form)` and `-f`."""
        return form_of(self, form)

    def universal(self) -> DateTime:
        """The same moment in UTC; one of no kind is taken for local."""
        if self.kind == UTC_KIND:
            return self
        moment = self.plain.replace(microsecond=0, tzinfo=ZoneInfo(ZONE["name"])).astimezone(UTC)
        return of(moment, UTC_KIND, self.count % SECOND)

    def local(self) -> DateTime:
        """The same moment in local time; one of no kind is taken for UTC."""
        if self.kind == LOCAL:
            return self
        moment = self.plain.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(ZONE["name"]))
        return of(moment, LOCAL, self.count % SECOND)

    def offset(self) -> timedelta:
        """How far local time is from UTC then."""
        return self.plain.replace(tzinfo=ZoneInfo(ZONE["name"])).utcoffset() or timedelta()

    def same(self, other: Any) -> bool:
        """By ticks alone, as .NET has it: the kinds are not looked at."""
        return isinstance(other, DateTime) and other.count == self.count

    def order(self, other: Any) -> int:
        """Which is later, by ticks alone."""
        if not isinstance(other, DateTime):
            raise NotKnown("a DateTime compared with something else")
        return (self.count > other.count) - (self.count < other.count)

    def plus(self, other: Any) -> DateTime:
        """So much later."""
        return DateTime(self.count + CASTS["timespan"](other).count if not isinstance(other, TimeSpan)
                        else self.count + other.count, self.kind)  # fmt: skip

    def minus(self, other: Any) -> Any:
        """How long since, or so much earlier."""
        if isinstance(other, DateTime):
            return TimeSpan(self.count - other.count)
        return DateTime(self.count - other.count, self.kind)

    @method("ToUniversalTime")
    def to_universal(self) -> DateTime:
        """See universal."""
        return self.universal()

    @method("ToLocalTime")
    def to_local(self) -> DateTime:
        """See local."""
        return self.local()

    @method("Add")
    def add(self, span: TimeSpan) -> DateTime:
        """So much later."""
        return DateTime(self.count + span.count, self.kind)

    @method("Subtract")
    def subtract(self, other: Any) -> Any:
        """See minus."""
        return self.minus(other)

    @method("AddMonths")
    def add_months(self, months: Any) -> DateTime:
        """The same day of another month, or its last."""
        now, whole = self.plain, self.plain.month - 1 + int(to_number(months))
        year, month = now.year + whole // 12, whole % 12 + 1
        last = (datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        moved = now.replace(year=year, month=month, day=min(now.day, last))
        return DateTime(of(moved, self.kind).count + self.count % 10, self.kind)

    @method("ToFileTimeUtc")
    def to_file_time(self) -> Int64:
        """Ticks since 1601."""
        return Int64(self.universal().count - 504911232000000000)

    @prop("Kind")
    def kind_name(self) -> Enumerated:
        """UTC, local or neither."""
        return enumerated("System.DateTimeKind", self.kind)

    @prop("Ticks")
    def ticks(self) -> Int64:
        """Its ticks."""
        return Int64(self.count)

    @prop("Date")
    def date(self) -> DateTime:
        """Its midnight."""
        return DateTime(self.count - self.count % (86400 * SECOND), self.kind)

    @prop("TimeOfDay")
    def time_of_day(self) -> TimeSpan:
        """Since midnight."""
        return TimeSpan(self.count % (86400 * SECOND))

    @prop("DayOfWeek")
    def day_of_week(self) -> Enumerated:
        """Sunday is 0."""
        return enumerated("System.DayOfWeek", (self.plain.weekday() + 1) % 7)


for _name, _size in (("Days", 86400), ("Hours", 3600), ("Minutes", 60), ("Seconds", 1), ("Milliseconds", 0.001)):
    _ticks = int(_size * SECOND)

    def _add(self: DateTime, amount: Any, ticks: int = _ticks) -> DateTime:
        """.NET Framework rounds what is added to milliseconds."""
        return DateTime(self.count + round(float(to_number(amount)) * ticks / 10_000) * 10_000, self.kind)

    setattr(DateTime, f"_add_{_name}", _add)
    DateTime.net_methods[f"add{_name.lower()}"] = f"_add_{_name}"
for _name in ("Year", "Month", "Day", "Hour", "Minute", "Second"):
    setattr(DateTime, f"_{_name}", lambda self, name=_name: getattr(self.plain, name.lower()))
    DateTime.net_properties[_name.lower()] = f"_{_name}"
setattr(DateTime, "_Millisecond", lambda self: self.plain.microsecond // 1000)  # noqa: B010
DateTime.net_properties["millisecond"] = "_Millisecond"


def of(moment: datetime, kind: int, more: int = 0) -> DateTime:
    """A datetime of Python with that kind, and so many ticks more."""
    span = moment.replace(tzinfo=None) - _FIRST
    return DateTime((span.days * 86400 + span.seconds) * SECOND + span.microseconds * 10 + more, kind)


def of_ns(nanoseconds: int) -> DateTime:
    """UTC, from nanoseconds since 1970."""
    return DateTime(621355968000000000 + nanoseconds // 100, UTC_KIND)


def to_ns(moment: DateTime) -> int:
    """Nanoseconds since 1970; of no kind is taken as UTC."""
    return (moment.count - 621355968000000000) * 100


def moment_of(given: DateTime) -> datetime:
    """As an aware datetime of Python."""
    return given.universal().plain.replace(tzinfo=UTC)


_STANDARD = {"s": "yyyy-MM-ddTHH:mm:ss", "u": "yyyy-MM-dd HH:mm:ssZ", "d": "MM/dd/yyyy", "t": "HH:mm", "T": "HH:mm:ss",
             "g": "MM/dd/yyyy HH:mm", "G": "MM/dd/yyyy HH:mm:ss"}  # fmt: skip
_MARKS = re.compile(
    r"yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f{1,7}|F{1,7}|zzz|K|tt"
    r"|'[^']*'|\"[^\"]*\"|\\.|.", re.DOTALL
)  # fmt: skip


def form_of(moment: DateTime, form: str) -> str:
    """A moment by a standard or custom format, in the invariant culture."""
    if form in ("o", "O"):
        form = "yyyy-MM-ddTHH:mm:ss.fffffffK"
    form = _STANDARD.get(form, form)
    if len(form) == 1:
        raise NotKnown(f"the format {form!r} of a DateTime")
    return "".join(_mark(moment, found[0]) for found in _MARKS.finditer(form))


def _mark(moment: DateTime, mark: str) -> str:
    when = moment.plain
    fraction = f"{moment.count % SECOND:07}"
    simple = {
        "yyyy": f"{when.year:04}", "yy": f"{when.year % 100:02}", "MM": f"{when.month:02}", "M": str(when.month),
        "MMM": when.strftime("%b"), "MMMM": when.strftime("%B"), "dd": f"{when.day:02}", "d": str(when.day),
        "ddd": when.strftime("%a"), "dddd": when.strftime("%A"), "HH": f"{when.hour:02}", "H": str(when.hour),
        "hh": f"{(when.hour - 1) % 12 + 1:02}", "h": str((when.hour - 1) % 12 + 1), "mm": f"{when.minute:02}",
        "m": str(when.minute), "ss": f"{when.second:02}", "s": str(when.second), "tt": "AM" if when.hour < 12 else "PM",
    }  # fmt: skip
    if mark in simple:
        return simple[mark]
    if mark[0] in "fF":
        return fraction[: len(mark)] if mark[0] == "f" else fraction[: len(mark)].rstrip("0")
    if mark in ("K", "zzz"):
        if mark == "K" and moment.kind == UTC_KIND:
            return "Z"
        if mark == "K" and moment.kind == UNSPECIFIED:
            return ""
        minutes = round((timedelta() if moment.kind == UTC_KIND else moment.offset()).total_seconds() / 60)
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    if mark[0] in "'\"" and len(mark) > 1:
        return mark[1:-1]
    if mark[0] == "\\":
        return mark[1:]
    if mark.isalpha() and mark not in "TZ":
        raise NotKnown(f"{mark!r} in the format of a DateTime")
    return mark


_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,7}))?)?)?(Z|[+-]\d\d:?\d\d)?")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?")


def read(text: str, style: int = 0) -> DateTime:
    """ISO 8601, or month/day/year: what has an offset becomes local unless the style says otherwise."""
    found = _ISO.fullmatch(text.strip())
    if not found:
        other = _US.fullmatch(text.strip())
        if not other:
            raise NetError("System.FormatException", "String was not recognized as a valid DateTime.", -2146233033)
        month, day, year, hour, minute, second = (int(part or 0) for part in other.groups())
        return of(datetime(year, month, day, hour, minute, second), UNSPECIFIED)
    try:
        base = of(datetime(*(int(found[n] or 0) for n in range(1, 7))), UNSPECIFIED)  # type: ignore[arg-type]
    except ValueError:
        raise NetError(
            "System.FormatException", "String was not recognized as a valid DateTime.", -2146233033
        ) from None
    ticks, zone = base.count + int((found[7] or "").ljust(7, "0")), found[8]
    return _with_zone(ticks, zone, style)


def _with_zone(ticks: int, zone: str | None, style: int) -> DateTime:
    if zone is None:
        if style & 64:  # AssumeUniversal
            made = DateTime(ticks, UTC_KIND)
            return made if style & 16 else made.local()
        if style & 32:
            made = DateTime(ticks, LOCAL)
            return made.universal() if style & 16 else made
        return DateTime(ticks, UNSPECIFIED)
    minutes = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[-2:]))
    made = DateTime(ticks - minutes * 60 * SECOND, UTC_KIND)
    if style & 16 or (style & 128 and zone == "Z"):
        return made
    return made.local()


@static("DateTime", "Parse")
def _parse(_: Shell, text: Any, culture: Any = None, style: Any = 0) -> DateTime:  # noqa: ARG001
    return read(to_text(text), number_of(style, "System.Globalization.DateTimeStyles"))


@static("DateTime", "ParseExact")
def _parse_exact(_: Shell, text: Any, form: Any, culture: Any = None, style: Any = 0) -> DateTime:  # noqa: ARG001
    """By a format of digits: read by its own marks, and then as ISO."""
    pattern, names = "", []
    for found in _MARKS.finditer({"o": "yyyy-MM-ddTHH:mm:ss.fffffffK"}.get(to_text(form), to_text(form))):
        mark = found[0]
        if mark in ("yyyy", "MM", "dd", "HH", "mm", "ss") or mark[0] == "f":
            names.append(mark)
            pattern += rf"(\d{{{len(mark)}}})"
        elif mark == "K":
            names.append("K")
            pattern += r"(Z|[+-]\d\d:\d\d|)"
        else:
            pattern += re.escape(mark.strip("'\"").removeprefix("\\"))
    matched = re.fullmatch(pattern, to_text(text))
    if not matched:
        raise NetError("System.FormatException", "String was not recognized as a valid DateTime.", -2146233033)
    parts = dict(zip(names, matched.groups(), strict=True))
    fraction = next((part for name, part in parts.items() if name[0] == "f"), "")
    zone = parts.get("K", "")
    iso = (f"{parts.get('yyyy', '0001')}-{parts.get('MM', '01')}-{parts.get('dd', '01')}T{parts.get('HH', '00')}:"
           f"{parts.get('mm', '00')}:"
           f"{parts.get('ss', '00')}" + (f".{fraction}" if fraction else "") + zone)  # fmt: skip
    return read(iso, number_of(style, "System.Globalization.DateTimeStyles"))


@static("DateTime", "SpecifyKind")
def _specify(_: Shell, moment: DateTime, kind: Any) -> DateTime:
    return DateTime(moment.count, number_of(kind, "System.DateTimeKind"))


@static("DateTime", "FromFileTimeUtc")
def _from_file_time(_: Shell, ticks: Any) -> DateTime:
    return DateTime(int(to_number(ticks)) + 504911232000000000, UTC_KIND)


@static("DateTime", "TryParse")
def _try_parse(_: Shell, *__: Any) -> Any:
    raise NotKnown("[DateTime]::TryParse (use Parse in a try)")


def utc_now(shell: Shell) -> DateTime:
    """The machine's clock."""
    return of(shell.process.windows.now.astimezone(UTC), UTC_KIND)


constant("DateTime", "UtcNow")(utc_now)
constant("DateTime", "Now")(lambda shell: utc_now(shell).local())
constant("DateTime", "Today")(lambda shell: utc_now(shell).local().date())
constant("DateTime", "MinValue")(lambda _: DateTime(0))
constant("DateTime", "MaxValue")(lambda _: DateTime(3155378975999999999))


@maker("DateTime")
def _make(_: Shell, *parts: Any) -> DateTime:
    numbers = [part if isinstance(part, Enumerated) else int(to_number(part)) for part in parts]
    kind = int(numbers.pop()) if numbers and isinstance(numbers[-1], Enumerated) else UNSPECIFIED
    if len(numbers) == 1:
        return DateTime(numbers[0], kind)
    more = numbers[6] * 10_000 if len(numbers) == 7 else 0
    year, month, day, hour, minute, second = ([*numbers, 0, 0, 0])[:6]
    return of(datetime(year, month, day, hour, minute, second), kind, more)


def _cast(given: Any) -> DateTime:
    if isinstance(given, str):
        return read(given)
    if isinstance(given, int):
        return DateTime(int(given))
    raise NotKnown("a cast to [DateTime]")


CASTS["datetime"] = _cast
