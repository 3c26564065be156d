"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass

#: Seconds by which two clocks may differ: restore points are dated by them.
CLOCK_SECONDS = 60
OK, MISSING, UNSEEN = "ok", "missing", "unseen"

#: From when until when all were asked, in epoch seconds here.
Span = tuple[float, float]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `where` is a system or `control machine`."""

    where: str
    what: str
    state: str  # ok | missing | unseen
    detail: str = ""
    fix: str = ""


def clock(name: str, text: str, asked: Span, fix: str) -> Finding:
    """Whether its clock is that of this machine; `text` is what it said, in epoch seconds."""
    apart = max(asked[0] - int(text), int(text) - asked[1], 0) if text.isdigit() else None
    if apart is None:
        return Finding(name, "clock", UNSEEN, "it did not say what time it is")
    if apart <= CLOCK_SECONDS:
        return Finding(name, "clock", OK)
    return Finding(name, "clock", MISSING, f"it differs from this machine's by {apart:.0f} s", fix)
