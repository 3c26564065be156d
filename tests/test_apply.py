"""Carrying out a plan with the real engine, in a private view of this machine: done is seen done, nothing else is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studio_backup.apply import Applied, carry_out
from studio_backup.engine import Engine
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.resource import Resource
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.result import Result
from studio_backup.spec.model import Machine, System
from studio_backup.step import Step
from studio_backup.transport import Local
from tests.sandbox import Sandbox
from tests.values import FOLDER, PLACE, STUDIO, by_address, file, folder


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as here:
        yield here


@pytest.fixture
def engine(sandbox: Sandbox) -> Iterator[Engine]:
    sandbox.clean()
    made = Engine(lambda system, _: (Local(sandbox.argv(["dash"])), system), timeout=60)
    yield made
    made.close()


def machine() -> Machine:
    system = System(
        machine="nas", name="linux", os="linux", address="127.0.0.1", port=22, user="root", host_key="k", place=PLACE
    )
    return Machine(
        name="nas",
        role="nas",
        site="studio",
        room=None,
        exclusive=False,
        systems={"linux": system},
        disks={},
        arrays={},
        volumes={},
        groups=(),
        variables={},
        asleep_limit=3600,
        place=PLACE,
    )


def scope(*resources: Resource) -> Scope:
    return Scope(STUDIO, by_address(*resources), [machine()], lambda _: True, frozenset(), True)


def apply(engine: Engine, wanted: Scope) -> Applied:
    survey, plan = look(engine, wanted)
    return carry_out(engine, wanted, survey, plan, lambda _: None)


def tree() -> tuple[Directory, Directory, File]:
    top = folder("/etc/studio-backup")
    home = folder(FOLDER, requires=(top.address,))
    return top, home, file("job", "#!/bin/sh\n", mode="0755", requires=(home.address,))


def outcome(applied: Applied, resource: Resource) -> Result:
    return applied.results[resource.address]


def test_what_is_done_is_seen_done_and_a_second_time_there_is_nothing_to_do(engine: Engine, sandbox: Sandbox) -> None:
    wanted = scope(*tree())
    applied = apply(engine, wanted)
    assert [result.done for result in applied.results.values()] == [True, True, True]
    assert sandbox.read(f"{FOLDER}/job") == "#!/bin/sh\n"
    assert look(engine, wanted)[1].acting() == []


def test_a_refused_step_leaves_no_claim_on_what_a_human_makes_there_later(engine: Engine, sandbox: Sandbox) -> None:
    sandbox.run("mkdir -p /srv/tank")
    copy = folder("/srv/tank/copy", guard="/srv/tank")
    failed = outcome(apply(engine, scope(copy)), copy)
    assert (failed.done, failed.reason.split(":")[0]) == (False, "refused by its guard")
    sandbox.run("mkdir -m 0700 /srv/tank/copy")
    assert [change.verb for change in look(engine, scope(copy))[1].changes] == ["conflict"]


def test_a_folder_with_something_in_it_is_released_not_called_removed(engine: Engine, sandbox: Sandbox) -> None:
    top, home, job = tree()
    logs = folder(f"{FOLDER}/logs", requires=(home.address,))
    apply(engine, scope(top, home, job, logs))
    sandbox.run(f"touch {FOLDER}/logs/kept")
    result = outcome(apply(engine, scope(top, home, job)), logs)
    assert (result.done, result.reason) == (True, "released: it is not empty")
    assert sandbox.read(f"{FOLDER}/logs/kept") == ""


def test_a_removal_is_done_when_the_thing_is_seen_to_be_gone(engine: Engine, sandbox: Sandbox) -> None:
    top, home, job = tree()
    apply(engine, scope(top, home, job))
    assert outcome(apply(engine, scope(top, home)), job).done
    assert sandbox.run(f"ls {FOLDER}").stdout == ""


@pytest.mark.trap(9)
def test_a_removal_that_is_not_seen_is_a_failure(engine: Engine, sandbox: Sandbox) -> None:
    top, home, job = tree()
    apply(engine, scope(top, home, job))
    sandbox.run(f"chattr +i {FOLDER}/job 2>/dev/null || mount --bind {FOLDER}/job {FOLDER}/job")
    result = outcome(apply(engine, scope(top, home)), job)
    sandbox.run(f"chattr -i {FOLDER}/job 2>/dev/null; umount {FOLDER}/job 2>/dev/null")
    assert not result.done


def with_more(method: Callable[..., tuple[Step, ...]], before: str = "", after: str = "") -> Callable[..., Any]:
    """The same steps, with something more in each script: what a slow machine or somebody else does meanwhile."""

    def changed(*arguments: Any) -> tuple[Step, ...]:
        steps = method(*arguments)
        return tuple(dataclasses.replace(step, script=f"{before}\n{step.script}\n{after}") for step in steps)

    return changed


def test_steps_that_nobody_agreed_to_are_not_run_in_a_later_wave(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first wave runs somebody makes the file that was to be created: an update was never agreed to."""
    top, home, job = tree()
    wanted = scope(top, home, job)
    apply(engine, wanted)
    sandbox.run(f"rm {FOLDER}/job; chmod 0700 {FOLDER}")
    monkeypatch.setattr(Directory, "update", with_more(Directory.update, after=f"echo mine >{FOLDER}/job"))
    survey, plan = look(engine, wanted)
    assert [change.verb for change in plan.acting()] == ["update", "create"]
    apart = Plan(plan.studio, plan.changes, {**plan.waves, job.address: 2})
    applied = carry_out(engine, wanted, survey, apart, lambda _: None)
    assert (outcome(applied, home).done, outcome(applied, job).done) == (True, False)
    assert "it changed since the plan was made" in outcome(applied, job).reason
    assert sandbox.read(f"{FOLDER}/job") == "mine\n"


def test_a_wave_that_nobody_waits_for_is_not_overtaken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    top, home, _ = tree()
    slow, other = file("slow", requires=(home.address,)), file("other", requires=(home.address,))
    apply(engine, scope(top, home))
    with monkeypatch.context() as hurried:
        hurried.setattr("studio_backup.exchange.WAVE_SECONDS", 0.5)
        hurried.setattr(File, "create", with_more(File.create, before="sleep 4"))
        assert not outcome(apply(engine, scope(top, home, slow)), slow).done
    meanwhile = outcome(apply(engine, scope(top, home, slow, other)), other)
    assert not meanwhile.done
    assert "lock" in meanwhile.log
