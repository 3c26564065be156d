"""The rules that a dataset may have to meet, as data: presets, and numbers like 3-2-1."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio_backup.spec.schedule import DAY

NUMBERS = re.compile(r"([1-9])-([1-9])-([0-9])(?:-([0-9])-0)?")
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A rule as data; counts of copies include the original, spans are seconds."""

    name: str
    copies: int
    media: int  # kinds
    offsite: int  # at another site than the original
    local: int = 0  # at the original's site
    offline: int = 0  # that no key can erase: not plugged in, or locked
    noticed_after: int = 7 * DAY  # how long a deletion may go unnoticed and must still be mended
    rpo: int | None = None  # a copy that may be older does not count
    drill: int | None = None  # a copy that was not restored from within this is unproven
    rto: int | None = None  # a whole restore may take this long


PRESETS: dict[str, Policy] = {
    "3-2-1-local": Policy(name="3-2-1-local", copies=3, media=2, offsite=1, local=2),
    # Closed and looked at once a year: that is when a loss would be noticed.
    "archive": Policy(
        name="archive", copies=3, media=2, offsite=1, offline=1, noticed_after=365 * DAY, drill=365 * DAY
    ),
}


def preset(name: str) -> Policy | None:
    """The policy that a name stands for by itself: a preset, or copies-media-offsite with or without -offline-0."""
    if name in PRESETS:
        return PRESETS[name]
    found = NUMBERS.fullmatch(name)
    if not found:
        return None
    copies, media, offsite, offline = (int(number or 0) for number in found.groups())
    # The closing 0 stands for "no errors": proven by restoring.
    drill = 90 * DAY if found[4] else None
    return Policy(name=name, copies=copies, media=media, offsite=offsite, offline=offline, drill=drill)
