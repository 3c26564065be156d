"""What goes over one transport: who was not reached since another question hung is asked once more without it."""

from __future__ import annotations

import pytest

from studio_backup.errors import NoAnswer
from studio_backup.exchange import ask
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.transport import Answer, Local

#: Hangs for longer than anybody waits here, and for less than its watchdog allows.
HANGS = Probe(script="exec sleep 8")
THERE = Probe(script="echo there", touches=True)


class Counted(Local):
    """A way to this machine that counts how often it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:
        self.asked.append(script)
        return super().run(script, timeout, end)


def test_what_was_not_reached_is_asked_once_more_without_what_hung() -> None:
    way = Counted()
    answers = ask(way, [HANGS, THERE], 3.0).answers
    hung = answers[HANGS.script, HANGS.touches]
    assert isinstance(hung, Unanswered)
    assert hung.began
    assert answers[THERE.script, THERE.touches] == Reply(0, "there\n", "")
    first, second = way.asked
    assert HANGS.script in first
    assert HANGS.script not in second


def test_one_round_trip_is_enough_where_nothing_hangs() -> None:
    way = Counted()
    answers = ask(way, [Probe(script="echo one"), THERE, THERE], 20).answers
    assert list(answers.values()) == [Reply(0, "one\n", ""), Reply(0, "there\n", "")]
    assert len(way.asked) == 1


def test_nothing_to_ask_asks_nobody() -> None:
    way = Counted()
    assert ask(way, [], 20).answers == {}
    assert way.asked == []


def test_a_machine_that_begins_nothing_gives_no_answer() -> None:
    way = Counted()
    with pytest.raises(NoAnswer):
        ask(way, [THERE], 0.0)
    assert len(way.asked) == 1
