"""Who is told what: what is new once, recovery once, silence of a machine, and nothing when nothing changed."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.report.compliance import Report
from studio_backup.report.message import MOST_LINES, Told, known_by, messages, told_of
from studio_backup.report.text import moment
from studio_backup.secret import Secret
from studio_backup.spec.model import Receiver
from tests.reports import DAY, HOSTILE, NOW, PLACE, a_report, changes, waiver

ALL = ("problem", "recovery", "silence", "result")


def receiver(*about: str, after: int = 26 * 3600) -> Receiver:
    url = Secret(kind="env", words=("STUDIO_URL",), place=PLACE)
    return Receiver(name="owner", url=url, about=about, silent_after=after, place=PLACE)


def well() -> Report:
    """Nothing differs, every dataset is OK, every system was seen."""
    bad = a_report()
    systems = tuple(dataclasses.replace(one, state="seen", seen=NOW) for one in bad.systems)
    return dataclasses.replace(bad, differences=(), waived=(), verdicts=bad.verdicts[:1], systems=systems)


def about(report: Report, to: Receiver, before: Told) -> list[str]:
    return [message.about for message in messages(report, to, before)]


def test_what_is_new_is_told_once() -> None:
    report, owner = a_report(), receiver("problem", "recovery", "silence")
    (first,) = messages(report, owner, Told())
    assert first.title == "northlight: 9 new findings"
    lines = first.body.split("\n")
    assert {"FAIL ws/mixes", "UNKNOWN ws/library", "unread mac-b/linux", "waiver typo names nothing"} <= set(lines)
    assert lines[-2:] == [f"Seen on {moment(NOW)}.", "More: studio-backup drift"]
    assert messages(report, owner, known_by(report, owner.silent_after, Told())) == []


def test_what_is_waived_or_asleep_is_no_news() -> None:
    wrong = known_by(a_report(), DAY, Told()).wrong
    assert not any("volume//srv/tank" in line or "asleep" in line for line in wrong)


def test_a_second_trouble_is_told_without_the_first() -> None:
    report, owner = a_report(), receiver("problem")
    before = known_by(report, DAY, Told())
    (message,) = messages(report, owner, Told(before.wrong - {"FAIL ws/mixes"}))
    assert message.body.split("\n")[0] == "FAIL ws/mixes"
    assert "new finding" in message.title


def test_recovery_is_told_once_all_is_well() -> None:
    owner = receiver("problem", "recovery")
    before = known_by(a_report(), DAY, Told())
    half = dataclasses.replace(a_report(), waived=())
    assert about(half, owner, before) == []
    (message,) = messages(well(), owner, before)
    assert (message.about, message.title) == ("recovery", "northlight: all is well again")
    assert "well again: FAIL ws/mixes" in message.body
    assert messages(well(), owner, known_by(well(), DAY, Told())) == []


@pytest.mark.parametrize(("state", "news"), [("asleep", []), ("unread", ["problem"])])
def test_what_is_not_looked_at_now_is_not_well_again_and_no_news_later(state: str, news: list[str]) -> None:
    owner, bad, drifted = receiver("problem", "recovery"), well(), a_report().differences[0]
    before = known_by(dataclasses.replace(bad, differences=(drifted,)), DAY, Told())
    systems = tuple(dataclasses.replace(one, state=state) if one.machine.name == "nas" else one for one in bad.systems)
    # No word of it: what was left on it by another spec is not even listed then.
    away = dataclasses.replace(bad, systems=systems)
    assert about(away, owner, before) == news
    after = known_by(away, DAY, before)
    assert before.wrong <= after.wrong
    assert messages(dataclasses.replace(bad, differences=(drifted,)), owner, after) == []
    assert about(bad, owner, after) == ["recovery"]


def test_one_resource_that_cannot_be_read_is_not_well_again() -> None:
    drifted = a_report().differences[0]
    before = known_by(dataclasses.replace(well(), differences=(drifted,)), DAY, Told())
    half = dataclasses.replace(well(), differences=(dataclasses.replace(drifted, word="unread"),))
    assert about(half, receiver("problem", "recovery"), before) == ["problem"]
    assert before.wrong < known_by(half, DAY, before).wrong
    told = dataclasses.replace(half.differences[0], waiver=waiver("one", "nas/*"))
    assert known_by(dataclasses.replace(half, differences=(told,)), DAY, before).wrong == frozenset()


def test_silence_is_of_a_machine_and_told_once() -> None:
    last = NOW - 30 * 3600
    bad = well()
    systems = tuple(
        dataclasses.replace(one, state="asleep", seen=last)
        if one.machine.name == "ws" and one.system.name != "edit-os"
        else one
        for one in bad.systems
    )
    silent = dataclasses.replace(bad, systems=systems)
    owner = receiver("silence", "recovery")
    # The other system of the machine answered: the machine is not silent.
    assert known_by(silent, owner.silent_after, Told()).silent == frozenset()
    both = tuple(dataclasses.replace(one, seen=last) if one.machine.name == "ws" else one for one in systems)
    silent = dataclasses.replace(silent, systems=both)
    (message,) = messages(silent, owner, Told())
    assert message.title == "northlight: nothing heard of ws"
    assert "30 h ago" in message.body
    before = known_by(silent, owner.silent_after, Told())
    assert messages(silent, owner, before) == []
    (again,) = messages(well(), owner, before)
    assert (again.about, again.title) == ("recovery", "northlight: heard again")


def test_a_longer_patience_is_kept() -> None:
    systems = tuple(dataclasses.replace(one, seen=NOW - 30 * 3600, state="unread") for one in well().systems)
    report = dataclasses.replace(well(), systems=systems)
    assert len(known_by(report, 26 * 3600, Told()).silent) == 4
    assert known_by(report, 31 * 3600, Told()).silent == frozenset()


def test_a_result_is_told_when_there_is_nothing_else_to_tell() -> None:
    assert about(well(), receiver(*ALL), Told()) == ["result"]
    assert about(a_report(), receiver(*ALL), Told()) == ["problem"]
    assert about(a_report(), receiver(*ALL), known_by(a_report(), DAY, Told())) == ["result"]


def test_a_record_that_cannot_be_read_is_told_again() -> None:
    told = known_by(a_report(), DAY, Told())
    assert told_of(told.text()) == told
    for text in ("", "{", "[]", "null", '{"wrong": 1, "silent": []}', '{"silent": []}'):
        assert told_of(text) == Told()


@pytest.mark.parametrize("said", [HOSTILE])
def test_a_machine_writes_no_line_of_a_message(said: str) -> None:
    (message,) = messages(a_report(said), receiver("problem"), Told())
    assert message.title.isprintable()
    assert all(line.isprintable() for line in message.body.split("\n"))


def test_a_long_message_is_cut_and_says_so() -> None:
    one, change = a_report().differences[0], changes()[0]
    differences = tuple(
        dataclasses.replace(one, change=dataclasses.replace(change, address=f"nas/linux/file//{number}"))
        for number in range(100)
    )
    (message,) = messages(dataclasses.replace(well(), differences=differences), receiver("problem"), Told())
    assert f"and {100 - MOST_LINES} more" in message.body.split("\n")
