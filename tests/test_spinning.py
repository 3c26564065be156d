"""Drives seen to turn: only one that is plugged in, awake and read, and once a day."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.diff import Present, Unread, compare
from studio_backup.facts import OBSERVED, Fact
from studio_backup.resources.disk import Disk
from studio_backup.source import Place
from studio_backup.spinning import spun_up

NOW = 1_795_000_000
SHUTTLE = Disk.of(
    by_id="usb-WD_1", serial=None, in_service=None, travels=True, system="ws/linux", name="shuttle",
    place=Place("i.yml", 1, 1),
)  # fmt: skip
READ = "size\t8001563222016\nserial\tX\nedges\tzero"


def noted(seen: Disk, known: tuple[Fact, ...] = ()) -> list[Fact]:
    change = compare(seen, Present(seen), None, "", {})
    return spun_up([change], known, NOW)


def seen(content: str | None, **more: object) -> Disk:
    return dataclasses.replace(SHUTTLE, content=content, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [READ, "in use: mounted /mnt/shuttle"])
def test_one_that_was_read_or_is_used_turns(content: str) -> None:
    (fact,) = noted(seen(content))
    assert (fact.subject, fact.what, fact.sort, fact.at, fact.by) == ("drive:shuttle", "spun-up", OBSERVED, NOW, "")
    assert fact.note in ("blank, 8.0 TB, serial X", content)


@pytest.mark.parametrize("content", ["asleep: not read", "not read: nothing tells", "not there", None])
def test_one_that_was_not_read_proves_nothing(content: str | None) -> None:
    assert noted(seen(content)) == []


def test_one_that_is_not_there_or_not_seen_or_never_travels_proves_nothing() -> None:
    assert noted(seen(READ, present="no")) == []
    assert noted(seen(READ, travels=False)) == []
    assert spun_up([compare(SHUTTLE, Unread("no answer"), None, "", {})], [], NOW) == []


def test_a_second_look_within_a_day_is_not_noted() -> None:
    fact = noted(seen(READ))[0]
    assert noted(seen(READ), (dataclasses.replace(fact, at=NOW - 3600),)) == []
    assert noted(seen(READ), (dataclasses.replace(fact, at=NOW - 90000),)) == [fact]
    assert noted(seen(READ), (dataclasses.replace(fact, subject="drive:other"),)) == [fact]
