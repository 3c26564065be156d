"""The demo where no machine can boot: it plans from a recording, by the product's own code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from studio_backup.looking import Scope
from studio_backup.plan import Plan
from tests.lab.story.telling import ROOT
from tests.offline.planning import planned, screen
from tests.offline.recording import FILE, Replay, askers


@pytest.fixture(scope="module")
def recording() -> tuple[Scope, Plan]:
    _, scope, plan = planned()
    return scope, plan


def test_every_recorded_answer_is_understood(recording: tuple[Scope, Plan]) -> None:
    scope, plan = recording
    summary = plan.summary()
    assert summary["unread"] == summary["deferred"] == summary["conflict"] == 0
    asleep = [change for change in plan.changes if change.verb == "asleep"]
    assert {change.resource.system for change in asleep} == {"ws-a/edit-os"}
    watched = [change for change in plan.changes if change.verb == "ok"]
    assert {change.resource.kind for change in watched} == {"volume"}
    assert summary["create"] == len(scope.wanted) - len(asleep) - len(watched)


def test_a_cut_recording_is_unread_and_never_absent(recording: tuple[Scope, Plan]) -> None:
    scope, _ = recording
    answers = json.loads(FILE.read_text())
    exit_status, out, err = answers["systems"]["nas/linux"]["file manifest"]
    answers["systems"]["nas/linux"]["file manifest"] = [exit_status, out.removesuffix("complete\n"), err]
    engine = Replay(lambda *_: pytest.fail("connected"), recording=answers, known=askers(scope))
    survey = engine.survey(scope.machines, scope.by_system())
    seen = {type(survey.seen(one)).__name__ for one in scope.by_system()["nas/linux"] if one.kind == "file"}
    assert seen == {"Unread"}


def test_the_screen_fits_and_is_complete(recording: tuple[Scope, Plan]) -> None:
    scope, plan = recording
    shown = screen(plan, colour=False)
    assert f"{plan.summary()['create']} to create, {plan.summary()['asleep']} asleep" in shown
    for resource in scope.wanted.values():
        if not resource.name.startswith(("/etc/studio-backup", "/var/lib/studio-backup", "/srv/sessions")):
            assert resource.name in shown or resource.system == "ws-a/edit-os", resource.address
    assert [line for line in shown.splitlines() if len(line) > 88] == []


def test_it_tells_what_it_left_out() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.offline"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "$ studio-backup validate" in done.stdout
    assert "Left out" in done.stdout


def test_scripts_demo_is_offline_for_who_is_not_root() -> None:
    text = (Path(ROOT) / "scripts/demo").read_text()
    assert '[ "$(id -u)" = 0 ]' in text
    assert text.rstrip().endswith('-m tests.offline "$@"')
