"""Where things stand: sites that burn down as one, and their rooms."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.source import Place


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room inside a site."""

    name: str
    site: str
    secured: bool = False  # things are locked away


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place that burns down as one."""

    name: str
    rooms: dict[str, Room]
    kind: str = "own"  # own | client | location
    since: str | None = None  # ISO dates: of a location, the first and the last day
    until: str | None = None
    secured: bool = False
    place: Place | None = None
