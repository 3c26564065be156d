"""Storage that plays keep on Windows: what is compiled of it, and the steps that make and mend it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from studio_backup.compile import Compiled, compile_studio
from studio_backup.diff import Present, compare
from studio_backup.policy.underneath import spare_of
from studio_backup.probe import Reply
from studio_backup.resource import After, Unparsable
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.shadow_copies import ShadowCopies
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.windows_disk import WindowsDisk
from studio_backup.spec.load import load
from studio_backup.step import Risk, Step
from tests.resources.cases import FOLDER, Case

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
GUID = "66d55a38-0000-4000-8000-000000000001"
INVENTORY = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems: {{windows: {{address: 10.0.0.1, user: tech, host_key: "{KEY}b"}}}}
    disks: {{left: {{serial: WD-1, medium: hdd}}, right: {{id: 5000C500A1B2C002, medium: hdd}}}}
    arrays: {{tank: {{kind: storage-space, level: mirror, members: [left, right]}}}}
    volumes: {{projects: {{on: tank, filesystem: ntfs, ids: {{windows: {GUID}}}, paths: {{windows: 'P:\\'}}}}}}
"""
PLAY = """
- name: A Windows
  hosts: ws-a
  storage-space: {tank: {label: PROJECTS}}
  shadow-copies: {projects: {maximum: 10%, every: day at 12:00, max-age: 2 days, least: 3}}
"""
BLANK = "size\t4000787030016\nserial\tWD-1\nedges\tzero"
EXT4 = "size\t4000787030016\nserial\tWD-2\nsignature\text\t1080\t\t\nedges\t0a1b\t2c3d"


def compiled() -> Compiled:
    loaded = load([("i.yml", INVENTORY)], [("p.yml", PLAY)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return compile_studio(loaded.studio)


def space() -> StorageSpace:
    found = compiled().resources["ws-a/windows/storage-space/tank"]
    assert isinstance(found, StorageSpace)
    return found


def known(left: str, right: str) -> dict[After, str]:
    return {
        After("ws-a/windows/windows-disk/left", "content"): left,
        After("ws-a/windows/windows-disk/right", "content"): right,
    }


def word(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(step.args[0])
    return found


def seen(case: str, want: StorageSpace | None = None) -> tuple[StorageSpace, StorageSpace]:
    one = Case(FOLDER / "storage-space" / case)
    wanted = want or one.want()
    assert isinstance(wanted, StorageSpace)
    value = wanted.parse(one.reply())
    assert value is not None
    return wanted, value


def test_a_space_rests_on_its_disks_and_knows_what_its_volume_is_to_be() -> None:
    found, one = compiled().resources, space()
    disks = [found[address] for address in one.requires]
    assert [disk.name for disk in disks] == ["left", "right"]
    assert [disk.device for disk in disks if isinstance(disk, WindowsDisk)] == ["serial:WD-1", "id:5000C500A1B2C002"]
    assert (one.level, one.members, one.filesystem) == ("mirror", ("left", "right"), "ntfs")
    assert (one.path, one.label) == ("P:\\", "PROJECTS")
    assert one.awaits() == {"ws-a/windows/windows-disk/left", "ws-a/windows/windows-disk/right"}


def test_making_asks_for_the_name_of_the_space_and_of_each_disk_that_is_not_blank() -> None:
    (step,) = space().resolved(known(BLANK, EXT4)).create()
    assert step.risk is Risk.DESTROYS
    assert step.names == ("ws-a/windows/storage-space/tank", "ws-a/windows/storage-space/tank#right")
    assert step.stakes == ("right: ext, 4.0 TB, serial WD-2",)
    assert word(step)["disks"] == [
        {"designator": "serial:WD-1", "told": "blank, 4.0 TB, serial WD-1", "content": BLANK},
        {"designator": "id:5000C500A1B2C002", "told": "ext, 4.0 TB, serial WD-2", "content": EXT4},
    ]
    wanted = {
        "pool": "tank (studio-backup)",
        "level": "mirror",
        "filesystem": "ntfs",
        "label": "PROJECTS",
        "path": "P:\\",
    }
    assert wanted.items() <= word(step).items()
    assert "WD-1" not in step.script
    assert step.guard.endswith("\nAssert-NewSpace -Words $Words")
    assert step.script.endswith("\nNew-StudioSpace -Words $Words")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("in use: mounted at E:\\", "right is in use: mounted at E:\\"),
        ("not there", "right is not there"),
        ("not read: Windows keeps it offline", "right was not read: Windows keeps it offline"),
    ],
)
def test_what_hinders_the_making(content: str, reason: str) -> None:
    found = space().resolved(known(BLANK, content)).hindrance()
    assert found is not None
    assert found[0] == reason


def test_a_disk_that_the_pool_holds_hinders_nothing() -> None:
    held = "in use: held by the pool tank (studio-backup)"
    assert space().resolved(known(held, BLANK)).hindrance() is None
    assert space().resolved(known(held, "not there")).hindrance() is None


def test_a_member_is_replaced_by_one_step_that_asks_for_that_disk_alone() -> None:
    want, there = seen("member-to-be-replaced")
    new = BLANK.replace("WD-1", "WD-NEW000000001")
    want = dataclasses.replace(want, found=f"left\0in use: held by the pool tank (studio-backup)\0\0new\0{new}")
    (step,) = want.update(there, frozenset({"members"}))
    assert step.title == "put new into tank in place of WD-WXJ2A31DDK77, which is emptied"
    assert (step.risk, step.names) == (Risk.DESTROYS, (f"{want.address}#new",))
    told = word(step)
    assert told["old"] == "5000C500A1B2C002"
    assert told["id"] == "{c5e9b1f0-0000-4000-8000-000000000001}"
    assert [disk["content"] for disk in told["disks"]] == [new]


def test_what_was_begun_is_ended_without_a_name_and_only_by_its_own_guard() -> None:
    for case in (
        "half-made-no-virtual-disk",
        "half-made-no-table",
        "half-made-no-partition",
        "half-made-no-file-system",
    ):
        want, there = seen(case)
        (step,) = want.update(there, frozenset({"finished"}))
        assert (step.risk, step.names) == (Risk.DISRUPTS, ())
        assert step.guard.endswith("\nAssert-UnfinishedSpace -Words $Words")


def test_a_retired_disk_that_is_empty_is_taken_out() -> None:
    want, there = seen("replaced-and-empty")
    (step,) = want.update(there, frozenset({"leftover"}))
    assert word(step)["old"] == ["5000C500A1B2C002"]
    assert step.title == "take WD-WXJ2A31DDK77 out of tank: retired, and empty"


def test_a_read_only_pool_is_never_changed() -> None:
    want, there = seen("read-only-by-policy")
    assert want.update(there, frozenset({"members", "finished", "leftover"})) == ()
    found = want.by_hand(there, frozenset({"members"}))
    assert found is not None
    assert found[0] == "the pool cannot be changed: read-only by policy"


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("degraded", "a disk was missing while things were written"),
        ("incomplete", "a disk is missing, and what it holds is needed"),
        ("repairing", "it is being repaired"),
        ("no-redundancy", "more disks failed than it can do without"),
        ("detached-by-policy", "it waits for somebody to attach it"),
        ("detached-incomplete", "Windows does not show it while disks that it needs are missing"),
        ("read-only-unhealthy", "the pool cannot be changed: read-only because most of its disks are unhealthy"),
        ("predictive-failure", "a disk says that it will fail"),
        ("member-retired", "a disk takes nothing new"),
        ("disk-unhealthy", "a disk of it is not well"),
        ("replaced-and-emptying", "WD-WXJ2A31DDK77 is retired, and still holds something"),
    ],
)
def test_each_state_says_what_to_do(case: str, reason: str) -> None:
    want, there = seen(case)
    change = compare(want, Present(there), None, "", {})
    assert change.verb == "watch"
    assert change.reason == reason
    assert change.fix


def shadows(case: str) -> tuple[ShadowCopies, ShadowCopies]:
    one = Case(FOLDER / "shadow-copies" / case)
    want = one.want()
    assert isinstance(want, ShadowCopies)
    return want, want.parse(one.reply())


def test_a_limit_below_what_is_there_destroys_and_names_what_is_lost() -> None:
    want, there = shadows("limit-larger")
    (step,) = want.update(there, frozenset({"maximum"}))
    assert (step.risk, step.names) == (Risk.DESTROYS, (want.address,))
    assert step.stakes == (
        "shadow copies, the oldest first: they take 300 GB, and 200 GB is left",
        "shadow copy of 2026-11-25 12:00 UTC",
        "shadow copy of 2026-11-26 12:00 UTC",
    )
    told = word(step)
    assert (told["bytes"], told["maximum"]) == ("200039628800", "600118886400")
    assert len(told["shadows"]) == 2


@pytest.mark.parametrize("case", ["limit-smaller", "no-limit-yet", "unbounded"])
def test_a_limit_that_all_of_them_fit_below_is_safe(case: str) -> None:
    want, there = shadows(case)
    (step,) = want.update(there, frozenset({"maximum"}))
    assert (step.risk, step.names, step.stakes) == (Risk.SAFE, (), ())


def test_shadow_copies_are_made_by_a_task_that_knows_the_volume_by_its_id() -> None:
    found = compiled().resources
    one = found["ws-a/windows/shadow-copies/projects"]
    assert isinstance(one, ShadowCopies)
    assert (one.maximum, one.percent, one.max_age, one.count) == ("10%", 10, 2 * 86400, "at least 3")
    assert one.requires == ("ws-a/windows/windows-volume/P:\\",)
    task = found["ws-a/windows/scheduled-task/northlight/shadow-copies_ws-a_projects"]
    assert isinstance(task, ScheduledTask)
    assert task.triggers == ("daily at 12:00",)
    assert task.arguments.endswith(rf'configuration\northlight\shadow.ps1" -Path P: -Id {GUID}')
    programs = [need.rpartition("\\")[2] for need in task.requires if "/windows-file/" in need]
    assert programs == ["volume.ps1", "shadow.ps1"]


def test_an_answer_that_is_none_is_unread() -> None:
    for value in (Reply(0, "[]", ""), Reply(0, "{}", ""), Reply(1, "", "denied")):
        with pytest.raises(Unparsable):
            space().parse(value)


@pytest.mark.parametrize(("level", "disks", "spare"), [("mirror", 2, 1), ("three-way-mirror", 5, 2), ("simple", 2, 0)])
def test_how_many_disks_of_a_space_may_die(level: str, disks: int, spare: int) -> None:
    names = [f"d{number}" for number in range(disks)]
    text = INVENTORY.replace(
        "disks: {", "disks: {" + "".join(f"{name}: {{serial: {name}, medium: hdd}}, " for name in names)
    ).replace("level: mirror, members: [left, right]", f"level: {level}, members: [{', '.join(names)}]")
    loaded = load([("i.yml", text)], [])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    assert spare_of(loaded.studio.machines["ws-a"], "tank") == spare
