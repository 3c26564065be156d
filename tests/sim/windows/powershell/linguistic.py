"""Text as the comparisons of 5.1 see it: not letter by letter, but by the weights of the invariant culture.

`-eq`, `-ceq`, `-contains`, `switch` and the keys of @{} take two forms of an accent for one, `ss` and a sharp s, and
leave out what has no weight: NUL and other control characters, soft hyphens, marks of direction. That whatever lies
outside the first plane has none either is the worst case (UNVERIFIED). Names of files are compared by ordinal means.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from tests.sim.windows.powershell.unicode import joined

_EXPANDED = {"\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE", "\u1e9e": "SS",
             "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\u0133": "ij", "\u0132": "IJ"}  # fmt: skip
_SELECTORS = {chr(code) for code in range(0xFE00, 0xFE10)}
_WEIGHTY = "\t\n\x0b\x0c\r"


def _weightless(mark: str) -> bool:
    if mark in _WEIGHTY:
        return False
    return unicodedata.category(mark) in ("Cc", "Cf", "Cs") or ord(mark) > 0xFFFF or mark in _SELECTORS


@lru_cache(maxsize=4096)
def _weighed(text: str) -> str:
    whole = unicodedata.normalize("NFC", joined(text))
    return "".join(_EXPANDED.get(mark, mark) for mark in whole if not _weightless(mark))


def weighed(text: str) -> str:
    """What two texts have in common that `-ceq` takes for one."""
    if text.isascii() and text.isprintable():
        return text
    return _weighed(text)


def same_text(left: str, right: str, *, exact: bool) -> bool:
    """`-ceq`, or `-eq`."""
    if left == right:
        return True
    a, b = weighed(left), weighed(right)
    return a == b if exact else a.lower() == b.lower()
