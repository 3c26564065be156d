"""Backblaze Computer Backup, watched: whether it runs, what it really copied, and which volumes it copies at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from studio_backup.resource import Watched, watched
from studio_backup.resources.backblaze_seen import Client, KnownVolume, Left
from studio_backup.source import Place

#: Seconds that a date may be ahead of that machine's clock.
_AHEAD = 300
#: What systems keep in the root of a volume, which nobody misses in a copy.
_NOBODYS = {"$recycle.bin", "system volume information", ".trashes", ".spotlight-v100", ".fseventsd", ".temporaryitems",
            ".documentrevisions-v100", ".bzvol", ".mobilebackups"}  # fmt: skip
_BY_HAND = {
    "state": ("Backblaze does not run", "start it at that machine; where it is paused, let it go on"),
    "frozen": ("Backblaze has frozen this backup", "sign in to the account, and follow what it says there"),
    "license": ("its licence is not what the spec says", "look at the account"),
    "volumes": ("it does not copy every volume that the spec says", "select them in its settings, at that machine"),
    "left_out": ("it leaves out what the spec says it copies", "take it out of its exclusions, at that machine"),
    "last": ("it completed no pass of late", "look at Backblaze at that machine: is it on the network, has it room"),
    "remaining": ("not everything is sent yet", "wait; or write into leftover: how much may always be on its way"),
}


@dataclass(frozen=True)
class Held:
    """What a copy by Backblaze is of: the root of its volume, and the whole path."""

    root: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Backblaze(Watched):
    """One system's; its name is the system's. How it is asked is the business of each system's own kind."""

    state: str = watched("running")
    last: str = watched("fresh")
    remaining: str = watched("nothing")
    frozen: str = watched("no")
    volumes: tuple[str, ...] = watched(())  # roots of volumes that it copies, of those that the spec says
    left_out: str = watched("nothing")
    license: str | None = watched(None)

    max_age: int = field(default=86400, compare=False)  # seconds that the last pass may be old
    leftover: int = field(default=0, compare=False)  # bytes that may be on their way
    paths: tuple[str, ...] = field(default=(), compare=False)  # of what the copies are of
    copies: Mapping[str, Held] = field(default_factory=dict, compare=False)  # full name of a copy -> what it is of
    client: Client | None = field(default=None, compare=False, repr=False)

    def _seen(self, found: Client | None) -> Self:
        """What was read in the words of the fields; None is that it is not installed."""
        shown: dict[str, Any] = {"state": "not installed", "last": "no pass", "remaining": "not told",
                                    "frozen": "not told", "volumes": ()}  # fmt: skip
        if found is not None:
            shown = {
                "state": found.state,
                "last": self._last(found),
                "remaining": self._remaining(found),
                "frozen": found.frozen,
                "volumes": tuple(self._standing(found, root) for root in self.volumes),
                "left_out": ", ".join(self._hit(found)) or "nothing",
            }
        shown["license"] = self.license and (found.license if found is not None else "not told")
        values: dict[str, Any] = {name: getattr(self, name) for name in ("max_age", "leftover", "paths", "copies")}
        return type(self)(system=self.system, name=self.name, place=self.place, client=found, **values, **shown)

    def _last(self, found: Client) -> str:
        if found.last is None:
            return "no pass was ever completed"
        if found.last > found.now + timedelta(seconds=_AHEAD):
            return f"a pass of the future, {found.last:%Y-%m-%d %H:%M} UTC"
        fresh = (found.now - found.last).total_seconds() <= self.max_age
        return "fresh" if fresh else f"the last pass ended {found.last:%Y-%m-%d %H:%M} UTC"

    def _remaining(self, found: Client) -> str:
        """Of the volumes that the spec says, where that is told for each; else of all."""
        chosen = [volume for root in self.volumes if (volume := _chosen(found, root)) and volume.left]
        parts = [volume.left for volume in chosen if volume.left]
        if not parts or len(parts) < len(self.volumes):
            parts = [found.left] if found.left else []
        if not parts:
            return "not told"
        left = Left(sum(one.files for one in parts), sum(one.size for one in parts))
        return "nothing" if self._is_sent(left) else f"{left.files} files, {left.size / 1e9:.1f} GB"

    def _is_sent(self, left: Left) -> bool:
        return (left.files == 0 and left.size == 0) or left.size < self.leftover

    def _standing(self, found: Client, root: str) -> str:
        """The root itself where it is copied; else why not."""
        known = [volume for volume in found.volumes if _same(volume.mount, root)]
        volume = _chosen(found, root)
        if not known:
            return f"{root} is not in its list"
        if volume is None:
            several = sum(one.selected for one in known) > 1
            return f"{root} is several volumes to it" if several else f"{root} is not selected, or not the same volume"
        if volume.listed is None:
            return f"{root} was never listed"
        if (found.now - volume.listed).total_seconds() > self.max_age:
            return f"{root} was last listed {volume.listed:%Y-%m-%d %H:%M} UTC"
        return root

    def _hit(self, found: Client) -> list[str]:
        return list(dict.fromkeys(one for path in self.paths for one in _left_out(found, path)))

    def completed(self, held: Held) -> datetime | None:
        """Up to when everything that a copy is of was sent, in a value that was seen; None where nothing proves it.

        A pass that ended says nothing by itself: nothing may remain, of a volume that is copied, whose files were
        listed before that was counted. What was written after they were listed is in no count.
        """
        found = self.client
        volume = _chosen(found, held.root) if found else None
        if found is None or volume is None or found.frozen != "no" or _left_out(found, held.path):
            return None
        left = volume.left or found.left
        if found.last is None or volume.listed is None or found.left_at is None or left is None:
            return None
        if found.left_at < volume.listed or not self._is_sent(left):
            return None
        at = min(found.last, volume.listed)
        return at if at <= found.now + timedelta(seconds=_AHEAD) else None

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """What a person does about the first that differs."""
        if seen.state == "not installed":
            return "Backblaze is not installed", "install it at that machine, or take it out of the spec"
        return next((_BY_HAND[name] for name in _BY_HAND if name in fields), None)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every system has one, or none."""
        return cls(system=system, name=name, place=place)


def _plain(path: str) -> str:
    return path.casefold().replace("\\", "/").rstrip("/")


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _chosen(found: Client, root: str) -> KnownVolume | None:
    """The one volume at this place that is selected, and carries that very id where it carries one."""
    mark = found.marks.get(root)
    known = [one for one in found.volumes if _same(one.mount, root) and one.selected and mark in (None, one.guid)]
    return known[0] if len(known) == 1 else None


def _left_out(found: Client, path: str) -> list[str]:
    """Folders that are left out and hold this one, or that lie in it."""
    here, hit = f"{_plain(path)}/", []
    for one in found.filters:
        folder = f"{_plain(one)}/"
        if (here.startswith(folder) or folder.startswith(here)) and not set(folder.split("/")) & _NOBODYS:
            hit.append(one)
    return hit
