"""A copy by Backblaze is known by what it sent, not by a pass that ended: one doubt, and nothing is noted."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from studio_backup.backed_up import backed_up
from studio_backup.cli.reading import products_of
from studio_backup.diff import Present, Unread
from studio_backup.facts import OBSERVED, Fact
from studio_backup.policy.due import Known
from studio_backup.policy.witness import sights_beyond
from studio_backup.resources.backblaze import Held
from studio_backup.resources.backblaze_seen import Client, KnownVolume, Left
from studio_backup.resources.mac_backblaze import MacBackblaze
from studio_backup.resources.windows_backblaze import WindowsBackblaze
from tests.windows_studio import compiled, studio

PLAY = """
- name: A room that Backblaze copies
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions, path: Current}
      external:
        cloud: {tool: backblaze-personal, to: "account:cloud", max-age: 2 days}
        hand: {tool: by-hand, to: "ws-a:home"}
    home:
      source: {volume: home}
  backblaze: {windows: {max-age: 2 days}, macos: {leftover: 200 MB, license: active}}
"""
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
HOUR = timedelta(hours=1)
VOLUME = KnownVolume("v001", "S:\\", selected=True, left=Left(0, 0), listed=NOW - 3 * HOUR)
GOOD = Client(now=NOW, state="running", last=NOW - 2 * HOUR, left=Left(40, 900), left_at=NOW - HOUR, frozen="no",
              license="active", volumes=(VOLUME,), filters=("s:\\$recycle.bin\\",), marks={"S:\\": "v001"})  # fmt: skip


def wanted() -> WindowsBackblaze:
    found = compiled(PLAY).resources["ws-a/windows/windows-backblaze/windows"]
    assert isinstance(found, WindowsBackblaze)
    return found


def noted(found: Client, leftover: int = 0) -> list[int]:
    """The moments of the facts that such a look makes."""
    seen = dataclasses.replace(wanted(), client=found, leftover=leftover)
    return [fact.at for fact in backed_up([Present(seen)], [], AT)]


def changed(**volume: object) -> Client:
    return dataclasses.replace(GOOD, volumes=(dataclasses.replace(VOLUME, **volume),))  # type: ignore[arg-type]


def test_each_system_has_its_own_kind_and_knows_what_it_copies() -> None:
    windows, mac = wanted(), compiled(PLAY).resources["ws-a/macos/backblaze/macos"]
    assert dict(windows.copies) == {"ws-a/sessions/cloud": Held("S:\\", "S:\\Current")}
    assert (windows.volumes, windows.paths, windows.max_age) == (("S:\\",), ("S:\\Current",), 2 * 86400)
    assert windows.probe().args == ("S:\\",)
    assert isinstance(mac, MacBackblaze)
    assert (mac.volumes, mac.paths) == (("/Volumes/Sessions",), ("/Volumes/Sessions/Current",))
    assert (mac.leftover, mac.license, mac.max_age) == (200_000_000, "active", 86400)
    assert [one.address for one in products_of(studio(PLAY), ["ws-a/sessions"])] == [windows.address, mac.address]
    assert products_of(studio(PLAY), ["ws-a/home"]) == []


def test_the_evidence_is_as_old_as_the_listing_that_was_sent() -> None:
    """What was written after its files were listed is in no count of what remains."""
    assert noted(GOOD) == [AT - 3 * 3600]
    assert noted(dataclasses.replace(GOOD, last=NOW - 5 * HOUR)) == [AT - 5 * 3600]
    facts = [Fact(subject="copy:ws-a/sessions/cloud", what="made", sort=OBSERVED, at=AT - 3 * 3600)]
    assert backed_up([Present(dataclasses.replace(wanted(), client=GOOD))], [], AT) == facts
    made = studio(PLAY)
    for later, fresh in ((0, True), (3 * 86400, False)):
        sights = sights_beyond(made, made.datasets["ws-a/sessions"], {}, Known(facts=facts), AT + later)
        assert (sights["cloud"].fresh, sights["hand"].fresh) == (fresh, None)


@pytest.mark.parametrize("doubt", [
    changed(left=Left(1, 5_000_000_000)),
    changed(left=Left(0, 1)),
    changed(left=None),  # then all volumes count, of which 40 files are to go
    changed(selected=False),
    changed(listed=None),
    changed(listed=NOW - HOUR / 2),  # listed anew since what remains was counted
    changed(mount="T:\\"),
    dataclasses.replace(GOOD, volumes=(VOLUME, dataclasses.replace(VOLUME, guid="v002")), marks={}),
    dataclasses.replace(GOOD, marks={"S:\\": "v002"}),
    dataclasses.replace(GOOD, frozen="yes"),
    dataclasses.replace(GOOD, frozen="not told"),
    dataclasses.replace(GOOD, last=None),
    dataclasses.replace(GOOD, left_at=None),
    dataclasses.replace(GOOD, last=NOW + 24 * HOUR, volumes=(dataclasses.replace(VOLUME, listed=NOW + 24 * HOUR),),
                        left_at=NOW + 25 * HOUR),
    dataclasses.replace(GOOD, filters=("s:\\",)),
    dataclasses.replace(GOOD, filters=("S:/Current/",)),
    dataclasses.replace(GOOD, filters=("s:\\current\\album\\",)),
])  # fmt: skip
def test_one_doubt_is_enough(doubt: Client) -> None:
    assert noted(doubt) == []


def test_what_may_always_be_on_its_way_is_what_the_spec_says() -> None:
    little = changed(left=Left(3, 150_000_000))
    assert noted(little) == []
    assert noted(little, leftover=200_000_000) == [AT - 3 * 3600]
    assert noted(changed(left=Left(3, 250_000_000)), leftover=200_000_000) == []


def test_what_lies_beside_it_is_no_doubt() -> None:
    other = dataclasses.replace(VOLUME, guid="v002", selected=False)
    assert noted(dataclasses.replace(GOOD, volumes=(other, VOLUME))) == [AT - 3 * 3600]
    beside = ("s:\\currently\\", "s:\\old\\", "c:\\windows\\", "s:\\current\\.trashes\\")
    assert noted(dataclasses.replace(GOOD, filters=beside)) == [AT - 3 * 3600]


def test_nothing_is_noted_of_what_was_not_seen() -> None:
    assert backed_up([Unread("no answer"), Present(wanted())], [], AT) == []
