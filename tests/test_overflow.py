"""Copies that cannot fit: told from what was seen of both ends, and only where it is sure."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.capacity import Room
from studio_backup.compile import compile_studio, routes
from studio_backup.diff import Absent, Change, Present, Seen, compare
from studio_backup.overflow import overflows
from studio_backup.report.plan import overflowing
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.resources.volume import Volume
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio
from tests.test_compile_storage import MACHINES

GB = 10**9
COPIES = """
- name: songs are safe
  hosts: ws
  datasets:
    songs:
      source: {volume: work}
      copies:
        on-nas: {to: "nas:tank/songs", every: hour}
        again: {to: "nas:tank/again", every: day at 02:30}
"""
IDS = MACHINES.replace("path: /srv/tank", "id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank")


def studio_of(text: str = COPIES, inventory: str = IDS) -> Studio:
    loaded = load([("i.yml", inventory)], [("p.yml", text)])
    assert loaded.studio is not None, loaded.problems
    return loaded.studio


def changes(studio: Studio, source: Room | None, target: Room | None, made: bool) -> list[Change]:
    """As if the two volumes had been seen with this room, and the jobs were there already or not."""
    found = []
    for want in compile_studio(studio).resources.values():
        seen: Seen = Present(want) if made or not isinstance(want, SystemdUnit) else Absent()
        if isinstance(want, Volume):
            seen = Present(dataclasses.replace(want, room=source if want.system == "ws/linux" else target))
        found.append(compare(want, seen, None, "", {}))
    return found


@pytest.mark.parametrize(
    ("used", "free", "size", "made", "names"),
    [
        (400, 1000, 1000, False, ()),
        (400, 700, 1000, False, ("ws/songs/on-nas", "ws/songs/again")),  # one would fit, both do not
        (400, 0, 1000, True, ()),  # the copies are there: what is free says nothing of them
        (1100, 0, 1000, True, ("ws/songs/on-nas",)),
    ],
)
def test_new_copies_share_what_is_free_and_old_ones_fit_the_whole(
    used: int, free: int, size: int, made: bool, names: tuple[str, ...]
) -> None:
    studio = studio_of()
    seen = changes(studio, Room(2000 * GB, (2000 - used) * GB), Room(size * GB, free * GB), made)
    found = overflows(routes(studio), seen)
    assert (found[0].copies if found else ()) == names
    said = " ".join(overflowing(found))
    assert all(name in said for name in names)
    assert max(map(len, overflowing(found)), default=0) <= 80


def test_what_is_not_sure_is_not_said() -> None:
    studio, full = studio_of(), Room(1000 * GB, 0)
    for source, target in ((None, full), (full, None)):
        assert overflows(routes(studio), changes(studio, source, target, False)) == []
    whole = "source: {volume: work}"
    for less in (
        "source: {volume: work, path: songs}",
        f"{whole}\n      exclude: ['*.peak']",
        f"{whole}\n      snapshots: {{every: hour}}",
    ):
        part = studio_of(COPIES.replace(whole, less), IDS.replace("work, filesystem: ext4", "work, filesystem: btrfs"))
        assert overflows(routes(part), changes(part, full, full, False)) == [], less


def test_the_sentence_says_what_lacks() -> None:
    studio = studio_of()
    found = overflows(routes(studio), changes(studio, Room(2000 * GB, 0), Room(8000 * GB, 3000 * GB), False))
    assert " ".join(" ".join(overflowing(found)).split()) == (
        "ws/songs/on-nas, ws/songs/again cannot fit: 4.0 TB at least, and nas/tank has 3.0 TB free; "
        "the job will refuse for want of space"
    )
