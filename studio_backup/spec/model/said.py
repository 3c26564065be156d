"""What plays keep by kind and name, and what is said about reports: who answers for what, who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio_backup.secret import Secret
from studio_backup.source import Place


@dataclass(frozen=True, kw_only=True)
class Managed:
    """Something that a play keeps by kind and name: a disk, an array, a file system, a mount or a subvolume."""

    machine: str
    kind: str  # one of spec.storage.KINDS
    name: str  # of a disk, an array or a volume of the machine; a subvolume has one of its own
    options: Mapping[str, str | tuple[str, ...]]  # as they are written; what is left out is not in it
    secret: Secret | None = None  # the password of a share
    place: Place


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Differences that somebody answers for until a day."""

    name: str
    addresses: tuple[str, ...]  # * and ? stand for anything
    owner: str
    reason: str
    expires: str  # ISO date: the last day on which it holds, UTC
    place: Place


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Somebody who is told what reports find."""

    name: str
    url: Secret
    about: tuple[str, ...]  # problem | recovery | silence | result
    silent_after: int  # seconds
    place: Place
