"""Copies that cannot fit: what their sources hold, beside the room that was seen at their targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from studio_backup.capacity import Room, lacking
from studio_backup.compile import Route
from studio_backup.diff import Change, Present
from studio_backup.paths import unit_prefix
from studio_backup.resources.launchd_job import LaunchdJob
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.resources.volume import Volume


@dataclass(frozen=True)
class Overflow:
    """Copies that one volume has not enough room for: bytes that they need, and that it has."""

    copies: tuple[str, ...]
    volume: str
    need: int
    room: Room
    empty: bool  # none of them is there yet: the free bytes count, not all


def overflows(routes: Sequence[Route], changes: Iterable[Change]) -> list[Overflow]:
    """What is sure: only copies of whole volumes that were seen are judged, and no chains.

    Copies that are to be made now share what is free; one that stands already must at least fit the whole volume.
    """
    seen = list(changes)
    rooms = {(one.resource.system, one.resource.name): one.seen.value.room for one in seen
             if isinstance(one.seen, Present) and isinstance(one.seen.value, Volume)}  # fmt: skip
    new = {
        one.address
        for one in seen
        if one.verb in ("create", "deferred") and isinstance(one.want, SystemdUnit | LaunchdJob | ScheduledTask)
    }
    found: list[Overflow] = []
    targets: dict[tuple[str, str], list[tuple[Route, int]]] = {}
    for route in routes:
        room, need = rooms.get((route.writer.full_name, route.target_root)), _need(route, rooms)
        if room is None or need is None:
            continue
        if _starter(route) in new:
            targets.setdefault((route.writer.full_name, route.target_root), []).append((route, need))
        elif lacking(need, room, empty=False):
            found.append(Overflow((route.copy.full_name,), route.volume.full_name, need, room, False))
    return [*found, *_together(targets, rooms)]


def _starter(route: Route) -> str:
    """The address of what starts its job."""
    system = route.writer
    if system.os == "macos":
        return f"{system.full_name}/{LaunchdJob.kind}/{route.label}"
    if system.os == "windows":
        return f"{system.full_name}/{ScheduledTask.kind}/{route.studio}/{route.id}"
    return f"{system.full_name}/{SystemdUnit.kind}/{unit_prefix(route.studio)}{route.id}.timer"


def _together(
    targets: dict[tuple[str, str], list[tuple[Route, int]]], rooms: dict[tuple[str, str], Room | None]
) -> Iterator[Overflow]:
    for place, asking in targets.items():
        room, need = rooms[place], sum(size for _, size in asking)
        if room is not None and lacking(need, room, empty=True):
            names = tuple(route.copy.full_name for route, _ in asking)
            yield Overflow(names, asking[0][0].volume.full_name, need, room, True)


def _need(route: Route, rooms: dict[tuple[str, str], Room | None]) -> int | None:
    """Bytes that the newest restore point will hold at least; None where that is not known.

    A snapshot needs none of its own. Beside the data, a volume holds its snapshots, and what is not copied.
    """
    dataset = route.dataset
    snapshots = any(copy.engine == "snapshot" for copy in dataset.copies.values())
    if dataset.path or dataset.exclude or snapshots or route.chained:
        return None
    known = [rooms.get((reader.system.full_name, reader.root)) for reader in route.readers]
    return max((room.used for room in known if room is not None), default=None)
