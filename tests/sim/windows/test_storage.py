"""Storage Spaces made, refused, cut short and mended on a simulated Windows, by the very programs that are sent."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from studio_backup.diff import Absent, Present, Seen, compare
from studio_backup.probe import Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable
from studio_backup.resources.device import is_blank
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.windows_disk import WindowsDisk
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.source import Place
from studio_backup.step import Step
from tests.sim.windows import disks
from tests.sim.windows.cmdlets.storage_cmdlets import repaired
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import Hashtable

PLACE = Place("studio.yml", 1, 1)
DEVICES = {"left": "serial:WD-1", "right": "serial:WD-2", "new": "id:5000c500a1b2c003"}
SPACE = StorageSpace(
    system="ws-a/windows", name="tank", place=PLACE, level="mirror", members=("left", "right"), filesystem="ntfs",
    devices={name: DEVICES[name] for name in ("left", "right")}, path="P:\\", label="PROJECTS",
)  # fmt: skip


@pytest.fixture
def spaces(windows: Windows) -> Windows:
    """Three blank disks beside the system's; CIM answers in words in a session that used the Storage module."""
    found = disks.storage(windows)
    for number in (1, 2, 3):
        found["disks"].append(disks.disk(number, f"WD-{number}", f"5000C500A1B2C{number:03d}"))

    def look(shell: Shell, *_: Any) -> None:
        found["words"] = shell in found["loaded"]

    windows.before("Get-CimInstance", look)
    return windows


def disk_of(windows: Windows, number: int) -> disks.Disk:
    return next(one for one in disks.storage(windows)["disks"] if one["number"] == number)


def fragment(windows: Windows, text: str, words: tuple[str, ...], *, listing: bool) -> Reply:
    outcome = windows.run(shipped("fragment.ps1"), arguments=(text, list(words), "", listing))
    (found,) = outcome.emitted
    return Reply(int(found.get("exit")), str(found.get("out")), str(found.get("err")))


def read(windows: Windows, resource: Resource) -> Any:
    probe = resource.probe()
    return resource.parse(fragment(windows, probe.script, probe.args, listing=True))


def run(windows: Windows, step: Step) -> str:
    """Its guard, then what it does; "" or why it was refused or failed."""
    guarded = fragment(windows, step.guard, step.args, listing=False)
    if guarded.exit:
        return f"refused: {guarded.err.split(' [')[0]}"
    done = fragment(windows, step.script, step.args, listing=False)
    return done.err and f"failed: {done.err.split(' [')[0]}"


def content(windows: Windows, name: str) -> str:
    one = WindowsDisk(system="ws-a/windows", name=name, place=PLACE, device=DEVICES[name])
    return str(read(windows, one).content)


def ready(windows: Windows, space: StorageSpace = SPACE) -> StorageSpace:
    """With what was seen on its disks."""
    return dataclasses.replace(space, found="\0\0".join(f"{name}\0{content(windows, name)}" for name in space.members))


def made(windows: Windows) -> StorageSpace:
    (step,) = ready(windows).create()
    assert run(windows, step) == ""
    return ready(windows)


def verb(want: StorageSpace, seen: StorageSpace | None) -> str:
    known: Seen = Absent() if seen is None else Present(seen)
    return compare(want, known, None, "", {}).verb


def failing(windows: Windows, name: str) -> Callable[[], None]:
    """From now on a cmdlet fails, until it is let go: the power, or Windows' own reasons."""
    broken = {"now": True}

    def fail(_: Shell, __: str, ___: Hashtable) -> None:
        if broken["now"]:
            raise NetError("System.Exception", "the power failed")

    windows.before(name, fail)
    return lambda: broken.update(now=False)


def test_a_space_is_made_of_blank_disks_and_is_then_as_wanted(spaces: Windows) -> None:
    assert read(spaces, SPACE) is None
    assert is_blank(content(spaces, "left"))
    want = made(spaces)
    seen = read(spaces, SPACE)
    assert verb(want, seen) == "ok"
    assert content(spaces, "left") == "in use: held by the pool tank (studio-backup)"
    assert spaces.state["drives"]["P"]["format"] == "NTFS"
    assert spaces.state["drives"]["P"]["label"] == "PROJECTS"
    volume = WindowsVolume(
        system="ws-a/windows", name="P:\\", place=PLACE, id=spaces.state["drives"]["P"]["guid"], filesystem="ntfs"
    )
    assert compare(volume, Present(read(spaces, volume)), None, "", {}).verb == "ok"


@pytest.mark.parametrize(
    ("offset", "data", "known"),
    [
        (32, b"NXSB", "apfs"),
        (1024, b"H+\0\4", "hfs+"),
        (1080, b"\x53\xef", "ext"),
        (65600, b"_BHRfS_M", "btrfs"),
        (64 * 2**20 + 64, b"_BHRfS_M", "btrfs"),
        (512, b"LABELONE", "LVM2_member"),
        (4096, b"\xfc\x4e\x2b\xa9", "linux_raid_member"),
        (0, b"LUKS\xba\xbe", "crypto_LUKS"),
        (0, b"XFSB", "xfs"),
        (3, b"-FVE-FS-", "BitLocker"),
        (3, b"EXFAT   ", "exfat"),
        (131072 + 5000, b"\x0c\xb1\xba\0", "zfs_member"),
        (4 * 2**30 - 4096, b"AppleRAIDHeader", "AppleRAID"),
        (4 * 2**30 - 65536, b"\xfc\x4e\x2b\xa9", "linux_raid_member"),
        (2**20, b"\x0d\xd0\x01\xc0", "VMFS"),
        (700000, b"x", "unknown data"),
        (4 * 2**30 - 700000, b"x", "unknown data"),
    ],
)
def test_a_disk_that_windows_would_pool_and_that_is_not_empty_must_be_named(
    spaces: Windows, offset: int, data: bytes, known: str
) -> None:
    one = disk_of(spaces, 2)
    disks.write(one, offset, data)
    assert disks.can_pool(one)
    (step,) = ready(spaces).create()
    assert step.names == ("ws-a/windows/storage-space/tank", "ws-a/windows/storage-space/tank#right")
    assert step.stakes == (f"right: {known}, 4.3 GB, serial WD-2",)


def test_what_was_named_is_overwritten_and_what_changed_since_is_refused(spaces: Windows) -> None:
    one = disk_of(spaces, 2)
    disks.initialize(one)
    disks.write(one, 32, b"NXSB")
    (step,) = ready(spaces).create()
    disks.write(one, 900, b"a byte more")
    assert run(spaces, step) == (
        "refused: serial:WD-2 is not what the plan saw: expected GPT partition table + apfs + 1 partition + "
        "Microsoft reserved, 4.3 GB, serial WD-2; now: something else, or the same with other bytes or ids"
    )
    assert read(spaces, SPACE) is None
    (step,) = ready(spaces).create()
    assert run(spaces, step) == ""
    assert verb(ready(spaces), read(spaces, SPACE)) == "ok"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: one.update(serial="OTHER"), "now: absent"),
        (lambda one: one.update(offline=True), "now: offline"),
        (lambda one: one.update(size=one["size"] - 2**20), "now: something else"),
        (lambda one: one.update(boot=True), "now: used Windows starts from it"),
        (lambda one: one.update(pool="{elsewhere}"), "now: hidden"),
        (lambda one: one["bytes"].update({5: b"x"}), "now: something else"),
    ],
)  # fmt: skip
def test_the_last_look_refuses_whatever_is_not_as_planned(spaces: Windows, change: Any, reason: str) -> None:
    (step,) = ready(spaces).create()
    change(disk_of(spaces, 2))
    said = run(spaces, step)
    assert said.startswith("refused: ")
    assert reason in said
    assert disks.storage(spaces)["pools"] == []


def test_a_mounted_disk_is_refused_even_when_it_was_blank_before(spaces: Windows) -> None:
    (step,) = ready(spaces).create()
    one = disk_of(spaces, 2)
    disks.initialize(one)
    part = disks.part(one)
    disks.format_part(spaces, one, part, "NTFS", "Takes")
    disks.mount(spaces, part, "T:\\")
    assert "now: used mounted at T:\\" in run(spaces, step)
    assert content(spaces, "right") == "in use: mounted at T:\\"
    assert ready(spaces).hindrance() is not None


def test_one_disk_under_two_names_is_refused(spaces: Windows) -> None:
    twice = dataclasses.replace(
        SPACE, devices={"left": "serial:WD-1", "right": "id:5000C500A1B2C001"}, found=f"left\0{content(spaces, 'left')}"
        f"\0\0right\0{content(spaces, 'left')}",
    )  # fmt: skip
    (step,) = twice.create()
    assert "now: the same disk as another one" in run(spaces, step)


def test_two_disks_of_one_serial_are_never_chosen_between(spaces: Windows) -> None:
    disk_of(spaces, 3)["serial"] = "WD-2"
    one = WindowsDisk(system="ws-a/windows", name="right", place=PLACE, device="serial:WD-2")
    assert read(spaces, one).present == "no: several disks answer to that"


def test_a_disk_whose_unique_id_another_has_takes_no_other_along(spaces: Windows) -> None:
    """As bridges give them: whoever names one to Windows by its id names both."""
    disk_of(spaces, 3).update(unique=disk_of(spaces, 2)["unique"])
    disks.write(disk_of(spaces, 3), 32, b"NXSB")
    (step,) = ready(spaces).create()
    assert run(spaces, step) == "refused: the unique id of serial:WD-2 is not its own"
    assert disks.storage(spaces)["pools"] == []
    disk_of(spaces, 3).update(unique="")
    disk_of(spaces, 2).update(unique="")
    assert run(spaces, step).startswith("refused: serial:WD-2 has no unique id")


def test_a_disk_is_put_in_only_where_its_id_and_that_of_the_old_one_are_their_own(spaces: Windows) -> None:
    made(spaces)
    other = dataclasses.replace(
        SPACE, members=("left", "new"), devices={"left": "serial:WD-1", "new": "serial:WD-3"}, found="new\0"
        + content(spaces, "new"),
    )  # fmt: skip
    (step,) = other.update(read(spaces, other), frozenset({"members"}))
    stranger = disks.disk(9, "WD-9", disk_of(spaces, 2)["unique"])
    disks.storage(spaces)["disks"].append(stranger)
    assert "is not in tank (studio-backup) any more" in run(spaces, step)
    stranger["unique"] = disk_of(spaces, 3)["unique"]
    assert run(spaces, step) == "refused: the unique id of serial:WD-3 is not its own"
    stranger["unique"] = "5000C500A1B2C009"
    assert run(spaces, step) == ""


def test_what_two_listings_tell_of_two_disks_is_no_disk(spaces: Windows) -> None:
    """The one by which a disk is put into a pool, and the one by which its bytes were looked at."""
    (step,) = ready(spaces).create()
    two = disk_of(spaces, 2)
    two["device"] = "7"
    assert "now: several" in run(spaces, step)
    one = WindowsDisk(system="ws-a/windows", name="right", place=PLACE, device="serial:WD-2")
    assert read(spaces, one).present == "no: several disks answer to that"


def test_disks_without_a_serial_are_told_apart_by_their_ids(spaces: Windows) -> None:
    devices = {name: f"id:5000C500A1B2C00{number}" for name, number in (("left", 1), ("right", 2))}
    for number in (1, 2):
        disk_of(spaces, number)["serial"] = ""
    blank = f"size\t{4 * 2**30}\nedges\tzero"
    (step,) = dataclasses.replace(SPACE, devices=devices, found=f"left\0{blank}\0\0right\0{blank}").create()
    assert run(spaces, step) == ""


@pytest.mark.parametrize("kind", ["{AF9B60A0-1431-4F62-BC68-3311714A69AD}", "{5808c8aa-7e8f-42e0-85d2-e1e90434cfa3}"])
def test_a_dynamic_disk_is_held(spaces: Windows, kind: str) -> None:
    """Where its volumes are mounted, no partition says."""
    one = disk_of(spaces, 2)
    disks.initialize(one)
    one["partitions"][0]["type"] = kind
    assert content(spaces, "right") == "in use: a dynamic disk"
    assert ready(spaces).hindrance() is not None


def test_a_disk_that_windows_will_not_pool_is_told_before_anything_on_it_is_erased(spaces: Windows) -> None:
    one = disk_of(spaces, 2)
    disks.initialize(one)
    (step,) = ready(spaces).create()
    one["unfit"] = [4]
    assert "now: unfit 4" in run(spaces, step)
    assert one["style"] == disks.GPT
    found = ready(spaces).hindrance()
    assert found is not None
    assert found[0] == "right was not read: Windows would not pool it, it is a removable medium"


def test_a_place_that_is_taken_is_refused(spaces: Windows) -> None:
    elsewhere = dataclasses.replace(ready(spaces), path="S:\\")
    (step,) = elsewhere.create()
    assert run(spaces, step) == "refused: another volume is mounted at S:\\"


@pytest.mark.parametrize(
    "cut", ["New-VirtualDisk", "Initialize-Disk", "New-Partition", "Format-Volume", "Add-PartitionAccessPath"]
)
def test_a_making_that_is_cut_short_is_known_as_ours_and_is_made_whole(spaces: Windows, cut: str) -> None:
    mended = failing(spaces, cut)
    (step,) = ready(spaces).create()
    assert run(spaces, step) == "failed: the power failed"
    mended()
    want, seen = ready(spaces), read(spaces, SPACE)
    assert seen.finished.startswith("no, ")
    assert verb(want, seen) == "update"
    (step,) = want.update(seen, frozenset({"finished"}))
    assert step.names == ()
    assert run(spaces, step) == ""
    assert verb(ready(spaces), read(spaces, SPACE)) == "ok"
    assert spaces.state["drives"]["P"]["format"] == "NTFS"


@pytest.mark.parametrize("place", [0, 17 * 2**20])
def test_a_virtual_disk_with_anything_on_it_is_never_made_whole(spaces: Windows, place: int) -> None:
    """Its table is gone, or its volume is locked: that is no half-made one."""
    made(spaces)
    space = next(one for one in disks.storage(spaces)["disks"] if one["bus"] == disks.SPACES)
    spaces.state["drives"].pop("P")
    spaces.drives.root("P").rmdir()
    if place == 0:
        space |= {"style": disks.RAW, "partitions": []}
    else:
        space["partitions"][1]["volume"]["format"] = ""
        disks.write(space, place, b"\xebR\x90-FVE-FS-")
    seen = read(spaces, SPACE)
    assert seen.finished.startswith("no, ")
    (step,) = ready(spaces).update(seen, frozenset({"finished"}))
    assert run(spaces, step).startswith("refused: something is on the virtual disk tank (studio-backup)")


def test_a_member_is_replaced_emptied_and_taken_out(spaces: Windows) -> None:
    made(spaces)
    other = dataclasses.replace(
        SPACE, members=("left", "new"), devices={name: DEVICES[name] for name in ("left", "new")}
    )
    want, seen = ready(spaces, other), read(spaces, other)
    assert verb(want, seen) == "update"
    (step,) = want.update(seen, frozenset({"members"}))
    assert step.names == ("ws-a/windows/storage-space/tank#new",)
    assert run(spaces, step) == ""
    seen = read(spaces, other)
    assert (seen.members, seen.emptying, seen.repair) == (("left", "new"), "WD-2", "under way, at 12 %")
    assert verb(ready(spaces, other), seen) == "watch"
    repaired(disks.storage(spaces))
    seen = read(spaces, other)
    assert (seen.emptying, seen.leftover) == ("none", "WD-2")
    (step,) = want.update(seen, frozenset({"leftover"}))
    assert run(spaces, step) == ""
    assert verb(ready(spaces, other), read(spaces, other)) == "ok"
    assert disk_of(spaces, 2)["pool"] is None


def test_a_new_member_that_carries_something_is_cleared_once_it_was_named(spaces: Windows) -> None:
    made(spaces)
    one = disk_of(spaces, 3)
    disks.initialize(one)
    disks.part(one)["type"] = "{7c3457ef-0000-11aa-aa11-00306543ecac}"
    other = dataclasses.replace(SPACE, members=("left", "right", "new"), devices=DEVICES)
    (step,) = ready(spaces, other).update(read(spaces, other), frozenset({"members"}))
    assert step.names == ("ws-a/windows/storage-space/tank#new",)
    assert step.stakes == ("new: GPT partition table + 2 partitions + Microsoft reserved + apfs, 4.3 GB, serial WD-3",)
    assert run(spaces, step) == ""
    assert verb(ready(spaces, other), read(spaces, other)) == "ok"


def test_a_disk_that_was_put_in_and_whose_forerunner_was_not_retired_says_what_is_left_to_do(spaces: Windows) -> None:
    made(spaces)
    other = dataclasses.replace(
        SPACE, members=("left", "new"), devices={name: DEVICES[name] for name in ("left", "new")}
    )
    (step,) = ready(spaces, other).update(read(spaces, other), frozenset({"members"}))
    mended = failing(spaces, "Set-PhysicalDisk")
    assert run(spaces, step) == "failed: the power failed"
    mended()
    want, seen = ready(spaces, other), read(spaces, other)
    assert want.update(seen, frozenset({"members"})) == ()
    told = want.by_hand(seen, frozenset({"members"}))
    assert told is not None
    assert told[0] == "the pool holds WD-2, which no member is"
    assert "Set-PhysicalDisk -Usage Retired" in told[1]


def test_a_retired_disk_that_holds_something_again_stays(spaces: Windows) -> None:
    made(spaces)
    disk_of(spaces, 2)["usage"] = 4
    disk_of(spaces, 2)["footprint"] = 0
    other = dataclasses.replace(SPACE, members=("left",), devices={"left": "serial:WD-1"})
    seen = read(spaces, other)
    (step,) = other.update(seen, frozenset({"leftover"}))
    disk_of(spaces, 2)["footprint"] = 512
    assert run(spaces, step) == "refused: 5000C500A1B2C002 is not retired and empty any more: plan again"


def test_a_disk_for_a_pool_that_became_read_only_is_refused(spaces: Windows) -> None:
    made(spaces)
    other = dataclasses.replace(SPACE, members=("left", "right", "new"), devices=DEVICES)
    (step,) = ready(spaces, other).update(read(spaces, other), frozenset({"members"}))
    disks.storage(spaces)["pools"][0]["read_only"] = True
    assert run(spaces, step) == "refused: the pool tank (studio-backup) is read-only"


@pytest.mark.parametrize(
    ("space", "leg", "state", "faults"),
    [
        ({"health": 1, "status": [3]}, {"health": 1, "status": [13]}, "degraded", "right has lost communication"),
        ({"health": 1, "status": [53251]}, {}, "incomplete", "none"),
        ({"health": 2, "status": [6]}, {}, "no redundancy", "none"),
        ({}, {"health": 1, "status": [5]}, "healthy", "right predicts its failure"),
    ],
)
def test_its_states_are_read_in_numbers(
    spaces: Windows, space: dict[str, Any], leg: dict[str, Any], state: str, faults: str
) -> None:
    made(spaces)
    disks.storage(spaces)["spaces"][0].update(space)
    disk_of(spaces, 2).update(leg)
    seen = read(spaces, SPACE)
    assert seen.state.startswith(state)
    assert seen.faults == faults


def test_what_is_read_uses_no_cmdlet_of_the_storage_module(spaces: Windows) -> None:
    read(spaces, SPACE)
    content(spaces, "left")
    assert disks.storage(spaces)["loaded"] == []


def test_without_rights_a_disk_is_unread_and_never_blank(spaces: Windows) -> None:
    spaces.state["session"]["admin"] = False
    one = WindowsDisk(system="ws-a/windows", name="left", place=PLACE, device="serial:WD-1")
    probe = one.probe()
    answer = json.loads(fragment(spaces, probe.script, probe.args, listing=True).out)
    assert answer["Disks"][0]["State"] == "unread"
    with pytest.raises(Unparsable, match="cannot be opened for reading"):
        read(spaces, one)
