"""Sizes as ZFS takes them: powers of 1,024, one spelling each, so that equal sizes are equal texts."""

from __future__ import annotations

import re

#: Properties that are sizes.
SIZES = ("recordsize", "quota", "reservation")
_UNITS = "KMGTP"
_SIZE = re.compile(rf"([0-9]{{1,6}})([{_UNITS}])")


def size_text(count: int) -> str:
    """`128K`, `2T`, `none` for nothing; bytes where no unit divides it."""
    if not count:
        return "none"
    unit = 0
    while unit < len(_UNITS) and count % 1024 == 0:
        count, unit = count // 1024, unit + 1
    return f"{count}{_UNITS[unit - 1]}" if unit else str(count)


def size_of(text: str) -> int | None:
    """Bytes; 0 for `none`, None for what is no size."""
    if text == "none":
        return 0
    found = _SIZE.fullmatch(text)
    return int(found[1]) * 1024 ** (_UNITS.index(found[2]) + 1) if found else None
