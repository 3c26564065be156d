"""A target whose clock is wrong: no restore point is lost, and none of the future counts as fresh.

The machines share one clock, so a `date` of ours stands first on the job's PATH.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.conftest import Lab
from tests.lab.copies import A_OFF, A, flat, place, points, ready, records
from tests.lab.studio import Studio

pytestmark = pytest.mark.lab


@contextmanager
def clock(lab: Lab, offset: str) -> Iterator[None]:
    """The NAS's clock is off by so much, such as `-1 hour`."""
    program = f'#!/bin/sh\nexec /usr/bin/date -d "{offset}" "$@"\n'
    script = "cat >/usr/local/bin/date; chmod 755 /usr/local/bin/date"
    lab.run("nas", script, text=program, check=True)
    try:
        yield
    finally:
        lab.run("nas", "rm /usr/local/bin/date", check=True)


@pytest.fixture
def studio(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    keep = ("keep: {last: 8, hourly: 24, daily: 30}", "keep: {daily: 1}")
    made = ready(lab, tmp_path_factory.mktemp("clock") / "spec", keep)
    place(lab, "ws-a", {"take": b"x"})
    made.run("run", A, code=0)
    return made


def test_a_clock_an_hour_back_removes_nothing(lab: Lab, studio: Studio) -> None:
    before = points(lab)
    with clock(lab, "-1 hour"):
        for _ in range(2):
            done = studio.json("run", A, code=0)
            assert (done["result"], done["reason"]) == ("ok", "clock-behind")
        assert len(points(lab)) == 3
        assert points(lab)[-1] == before[-1], "one point a day would have gone"
        assert "the clock is behind the newest restore point" in studio.run("run", A, code=0).stdout
    studio.run("run", A, code=0)
    assert len(points(lab)) == 1, "by the right clock one point a day is kept again"


def test_a_clock_a_year_ahead_loses_nothing_and_fools_nobody(lab: Lab, studio: Studio) -> None:
    lab.run("ws-a", "echo more >/srv/sessions/more", check=True)
    with clock(lab, "+1 year"):
        ahead = studio.json("run", A, code=0)["restore_point"]
    job = studio.json("status", "--only", "dataset:ws-a/sessions", code=2)["jobs"][0]
    assert job["newest"] == ahead
    assert job["state"] == "none", "what has only a date in the future has no age"
    said = flat(studio.run("status", code=2).stdout)
    assert f"{A}: 1 restore point is dated in the future: look at the clock of nas/linux" in said
    place(lab, "ws-a", {"later": b"l"})
    now = studio.json("run", A, code=0)
    assert (now["result"], now["reason"]) == ("ok", "clock-behind")
    assert points(lab) == [now["restore_point"], ahead]
    assert records(lab)[-1]["reason"] == "clock-behind"
    job = studio.json("status", "--only", "dataset:ws-a/sessions", code=2)["jobs"][0]
    assert (job["state"], job["age"] < 60) == ("fresh", True)


def test_a_chain_takes_nothing_from_the_future(lab: Lab, studio: Studio) -> None:
    with clock(lab, "+1 year"):
        ahead = studio.json("run", A, code=0)["restore_point"]
    refused = studio.json("run", A_OFF, code=5)
    assert (refused["result"], refused["reason"]) == ("refused", "source-clock")
    assert points(lab, A_OFF) == []
    now = studio.json("run", A, code=0)["restore_point"]
    assert points(lab) == [now, ahead]
    assert studio.json("run", A_OFF, code=0)["restore_point"] == now
    assert points(lab, A_OFF) == [now]
