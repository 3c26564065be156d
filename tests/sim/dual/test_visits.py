"""One playbook converges a workstation in two visits, one a side; a month of it drifts as it should, day by day."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.sim.dual.workstation import Workstation, workstation

FAST = "ws-a/windows/fast-startup/windows"
TASK = "ws-a/windows/scheduled-task/northlight/ws-a_films_standby"
JOB = "ws-a/macos/launchd-job/studio-backup.northlight.ws-a_music_beside"
POWER_KEY = r"SYSTEM\CurrentControlSet\Control\Session Manager\Power"
ACCESS = "ws-a/macos/full-disk-access/macos-jobs"
POWER = "ws-a/macos/power/macos"


def settled(here: Workstation) -> None:
    """Both sides as the spec wants them, in two visits."""
    here.box.boot("macos")
    here.say("apply", "--yes", code=0)
    here.say("run", "ws-a/music/beside", code=0)
    here.box.boot("windows")
    here.say("apply", "--pending", "--yes", code=0)


def test_two_visits_and_no_third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with workstation(tmp_path, monkeypatch) as here:
        here.box.boot("macos")
        found, asleep = here.look(code=2)
        assert asleep == {"windows"}
        assert found.pop(ACCESS) == "posture"  # nobody knows before a job has run
        assert set(found.values()) == {"pending"}
        assert "ws-a/windows" in here.say("apply", "--yes", code=0)
        here.say("run", "ws-a/music/beside", code=0)
        assert here.classes(code=0) == {}
        assert here.json("apply", "--pending", "--yes", code=0)["results"] == []  # the other side still sleeps
        here.box.boot("windows")
        assert {address: word for address, word in here.classes(code=2).items() if word != "pending"} == {}
        here.say("apply", "--pending", "--yes", code=0)
        for side in ("windows", "macos", "windows"):
            here.box.boot(side)
            assert here.classes(code=0) == {}
            assert here.json("apply", "--yes", code=0)["results"] == []
            assert here.json("apply", "--pending", "--yes", code=0)["results"] == []


def test_what_is_lost_on_the_way_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is switched off, then boots its other system, in the middle of a visit."""
    with workstation(tmp_path, monkeypatch) as here:
        here.box.boot("windows")
        cut = [here.box]
        here.windows.before("Register-ScheduledTask", lambda *_: cut.pop().boot(None) if cut else None)
        here.say("apply", "--yes", code=1)
        here.box.boot("macos")
        here.say("apply", "--pending", "--yes", code=0)
        here.mac.settle()
        here.box.boot("windows")
        here.say("apply", "--pending", "--yes", code=0)
        assert here.classes(code=0) == {}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_a_month(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day: some system is booted, or none; hands and updates change things; now and then somebody mends them."""
    chance = random.Random(seed)
    with workstation(tmp_path, monkeypatch) as here:
        settled(here)
        wrong: dict[str, str] = {}  # address -> class, of both sides
        seen = dict.fromkeys(("macos", "windows"), 0)  # day on which each was last seen
        for day in range(1, 31):
            here.later(days=1)
            if 12 <= day < 19:  # a week in which nobody is there
                here.box.boot(None)
                if day == 15:
                    assert "unread" in set(here.classes(code=3).values())
                continue
            if day == 4:
                update(here)
                wrong[FAST] = "drifted"
            if day == 9:
                del here.windows.tasks.tasks["\\studio-backup\\northlight\\ws-a_films_standby"]
                wrong[TASK] = "drifted"
            if day == 22:
                with here.mac.state() as state:
                    state["pmset"]["AC Power"]["womp"] = "0"
                wrong[POWER] = "drifted"
            side = chance.choice(("macos", "windows"))
            other = "macos" if side == "windows" else "windows"
            here.box.boot(side)
            seen[side] = day
            mine = {address: word for address, word in wrong.items() if f"/{side}/" in address}
            code = 2 if mine else 3 if day - seen[other] > 6 else 0
            assert here.look(code=code) == (mine, {other}), (day, side)
            if chance.random() < 0.3:
                here.say("apply", "--yes", code=3 if day - seen[other] > 6 else 0)
                here.mac.settle()
                wrong = {address: word for address, word in wrong.items() if address not in mine}
        settled(here)
        assert here.classes(code=0) == {}


def update(here: Workstation) -> None:
    """One of those of Windows that switch Fast Startup on again."""
    here.windows.state["registry"][POWER_KEY]["HiberbootEnabled"][1] = 1
