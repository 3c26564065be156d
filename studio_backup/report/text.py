"""Text for people: control bytes escaped, colours that can be off, words cut to fit."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

#: Columns that every screen fits into.
WIDTH = 80
#: MACHINE/SYSTEM/KIND/ before a name that is a path.
_ADDRESS = re.compile(r"\b([a-z0-9-]+/[a-z0-9-]+)/([a-z-]+)/(?=/)")

#: One mark a verb (design section 6).
MARKS = {
    "create": "+",
    "update": "~",
    "remove": "-",
    "watch": "!",
    "conflict": "✗",
    "unread": "?",
    "asleep": "z",
    "deferred": "…",
    "ok": " ",
}
_COLOURS = {
    "create": "32",
    "update": "33",
    "remove": "31",
    "watch": "36",
    "conflict": "31;1",
    "unread": "35",
    "asleep": "34",
    "deferred": "35",
    "good": "32",
    "bad": "31;1",
    "dim": "2",
    "bold": "1",
}


def safe(text: object) -> str:
    """What came from a machine is data: whatever is not plainly visible (controls, bad bytes, bidi) is escaped."""
    plain = str(text)
    return plain if plain.isprintable() else "".join(map(_escaped, plain))


def _escaped(letter: str) -> str:
    code = ord(letter)
    if letter.isprintable():
        return letter
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8 (surrogateescape)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@dataclass(frozen=True)
class Paint:
    """Colours, or none."""

    on: bool

    def __call__(self, text: str, colour: str) -> str:
        """`text` in the colour of a verb or of good, bad, dim, bold."""
        code = _COLOURS.get(colour, "")
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and code else text


def count(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


#: The last moment that is shown, with a day left for time zones: what lies beyond is as good as never.
_LAST = 253_402_127_999


def day_of(epoch: float) -> str:
    """The day of a moment, in UTC, as an ISO date."""
    return datetime.fromtimestamp(min(epoch, _LAST), UTC).strftime("%Y-%m-%d")


def moment(epoch: int | float | None) -> str:
    """A moment in the local time of the reader, with its zone; `never` for None."""
    if epoch is None:
        return "never"
    return datetime.fromtimestamp(min(epoch, _LAST), UTC).astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()


def age(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `5 d 2 h`."""
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min"
    if whole < 172800:
        return _two(whole // 3600, "h", whole % 3600 // 60, "min")
    return _two(whole // 86400, "d", whole % 86400 // 3600, "h")


def _two(large: int, unit: str, small: int, below: str) -> str:
    return f"{large} {unit} {small} {below}" if small else f"{large} {unit}"


def brief(seconds: float) -> str:
    """An age for a table, its larger unit only: `45 s`, `12 min`, `30 h`, `5 d`."""
    return " ".join(age(seconds).split()[:2])


def size(number: int | None) -> str:
    """Bytes as people say them, powers of ten as drive makers count."""
    if number is None:
        return "–"
    value, units = float(number), ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.0f} {units[0]}" if value >= 100 or units[0] == "B" else f"{value:.1f} {units[0]}"


def wrapped(text: str, indent: int, hanging: int = 2) -> list[str]:
    """`text` as lines of at most WIDTH columns, `indent` deep; paths and names are never cut in two."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def spaced(text: str) -> str:
    """Addresses of things whose name is a path, as people read them: `nas/linux file /etc/…`."""
    return _ADDRESS.sub(r"\1 \2 ", text)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with their columns lined up, two blanks apart; nothing behind the last column."""
    from tabulate import tabulate

    return [line.rstrip() for line in tabulate(rows, tablefmt="plain", disable_numparse=True).splitlines()]
