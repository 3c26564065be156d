"""The rule a dataset must meet, as data."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.spec.schedule import DAY


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`copies` count the original; `noticed_after` is how long a deletion may go unnoticed and must still be mended."""

    name: str
    copies: int
    media: int
    offsite: int
    noticed_after: int = 7 * DAY  # seconds


def policy_of(text: str) -> Policy | None:
    """The policy that `3-2-1` (copies, kinds of media, off-site) stands for; None for `none`."""
    if text == "none":
        return None
    copies, media, offsite = (int(number) for number in text.split("-"))
    return Policy(name=text, copies=copies, media=media, offsite=offsite)
