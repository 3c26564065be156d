"""Shadow copies on a simulated Windows: made by their task, limited, and never thrown away without being named."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from studio_backup.compile import compile_studio
from studio_backup.diff import Present
from studio_backup.probe import Reply
from studio_backup.resources.shadow_copies import ShadowCopies
from studio_backup.spec.load import load
from studio_backup.step import Step
from tests.sim.windows.cmdlets.shadows import EACH
from tests.sim.windows.cmdlets.volumes import device_of
from tests.sim.windows.machine import Windows
from tests.sim.windows.state import GIB
from tests.sim.windows.studio import NAME, PLACE, Studio

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
GUID = "66d55a38-0000-4000-8000-0000000000aa"
KEPT = f"{NAME}/shadow-copies/sessions"
INVENTORY = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems: {{windows: {{address: 10.0.0.1, user: tech, host_key: "{KEY}b"}}}}
    disks: {{work: {{serial: W1, medium: nvme}}}}
    volumes: {{sessions: {{on: work, filesystem: ntfs, ids: {{windows: {GUID}}}, paths: {{windows: 'S:\\'}}}}}}
"""


@pytest.fixture
def machine(windows: Windows) -> Windows:
    """Its S is NTFS, of 100 GiB; a day at noon it is before noon."""
    windows.state["drives"]["S"] |= {"format": "NTFS", "guid": GUID, "total": 100 * GIB}
    windows.set_clock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    return windows


def studio(windows: Windows, words: str) -> Studio:
    play = f"- name: A Windows\n  hosts: ws-a\n  shadow-copies: {{sessions: {words}}}\n"
    loaded = load([("i.yml", INVENTORY)], [("p.yml", play)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return Studio(windows, compile_studio(loaded.studio).resources.values(), loaded.studio.machines["ws-a"])


def pass_days(windows: Windows, days: int) -> None:
    windows.tasks.play(windows.now + timedelta(days=days))


def limiting(studio: Studio) -> Step:
    """The step of the plan that sets the limit."""
    change = studio.change(KEPT)
    assert isinstance(change.want, ShadowCopies)
    assert isinstance(change.seen, Present)
    assert isinstance(change.seen.value, ShadowCopies)
    (step,) = change.want.update(change.seen.value, frozenset({"maximum"}))
    return step


def made(windows: Windows) -> list[datetime]:
    return [one["made"] for one in windows.state.get("shadows", [])]


def test_the_task_makes_one_a_day_and_drift_sees_them(machine: Windows) -> None:
    one = studio(machine, "{maximum: 10%, every: day at 12:00, least: 2}")
    one.apply()
    assert one.change(KEPT).verb == "watch"
    pass_days(machine, 3)
    assert len(made(machine)) == 3
    assert one.differs() == {}
    assert one.apply().results == {}
    pass_days(machine, 1)
    machine.state["lies"]["shadow-refused"] = 6
    pass_days(machine, 3)
    found = one.change(KEPT)
    assert [field.name for field in found.fields] == ["newest"]
    assert one.differs()[f"{NAME}/scheduled-task/northlight/shadow-copies_ws-a_sessions"][1] == "watch"


def test_a_task_never_makes_one_of_another_volume(machine: Windows) -> None:
    one = studio(machine, "{every: day at 12:00}")
    one.apply()
    machine.state["drives"]["S"]["guid"] = "00000000-0000-4000-8000-0000000000bb"
    pass_days(machine, 1)
    assert made(machine) == []


def test_a_limit_is_set_where_none_was(machine: Windows) -> None:
    one = studio(machine, "{maximum: 10%}")
    one.apply()
    assert machine.state["shadow_rooms"] == {device_of("S", machine.state["drives"]["S"]): 10 * GIB}
    assert [field.name for field in one.change(KEPT).fields] == ["newest"]


def test_a_smaller_limit_waits_for_its_name_and_then_loses_what_it_listed(machine: Windows) -> None:
    first = studio(machine, "{maximum: 10%, every: day at 12:00}")
    first.apply()
    pass_days(machine, 8)
    assert len(made(machine)) == 8
    one = studio(machine, "{maximum: 5%, every: day at 12:00}")
    step = limiting(one)
    assert step.stakes[0] == "shadow copies, the oldest first: they take 8.6 GB, and 5.4 GB is left"
    assert len(step.stakes) == 9
    assert one.apply().held == {KEPT: (KEPT,)}
    assert len(made(machine)) == 8
    before = made(machine)
    one.apply(KEPT)
    assert made(machine) == before[3:]
    assert one.differs() == {}


def test_a_limit_is_not_set_once_there_are_others_than_the_plan_saw(machine: Windows) -> None:
    first = studio(machine, "{maximum: 10%, every: day at 12:00}")
    first.apply()
    pass_days(machine, 8)
    one = studio(machine, "{maximum: 5%, every: day at 12:00}")
    step = limiting(one)
    pass_days(machine, 1)
    said = machine.run(f"$Words = @('{step.args[0]}')\n{step.guard}")
    assert said.exit == 1
    assert "there are other shadow copies than the plan saw" in said.err


def test_a_larger_limit_needs_no_name(machine: Windows) -> None:
    studio(machine, "{maximum: 5%, every: day at 12:00}").apply()
    pass_days(machine, 2)
    one = studio(machine, "{maximum: 20%, every: day at 12:00}")
    one.apply()
    assert one.differs() == {}
    assert set(machine.state["shadow_rooms"].values()) == {20 * GIB}
    assert len(made(machine)) * EACH < 20 * GIB


def test_a_limit_for_shadow_copies_of_which_no_room_is_told_needs_its_name() -> None:
    device = f"\\\\?\\Volume{{{GUID}}}\\"
    volume = {"Device": device, "Serial": "1", "Capacity": str(100 * GIB)}
    shadow = {"Id": "{1}", "Volume": device, "Made": "2026-03-01T12:00:00Z"}
    answer = {"Now": "2026-03-02T09:00:00Z", "Volumes": [volume], "Shadows": [shadow], "Rooms": []}
    want = ShadowCopies(system=NAME, name="sessions", place=PLACE, maximum="10%", percent=10, id=GUID, path="S:\\")
    seen = want.parse(Reply(0, json.dumps(answer), ""))
    (step,) = want.update(seen, frozenset({"maximum"}))
    assert step.names == (want.address,)
    assert step.stakes[0] == "shadow copies, the oldest first: they take nobody knows how much, and 11 GB is left"
    (step,) = want.update(want.parse(Reply(0, json.dumps({**answer, "Shadows": []}), "")), frozenset({"maximum"}))
    assert step.names == ()
