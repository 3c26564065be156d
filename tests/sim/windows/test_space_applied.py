"""Plan and apply of what a play keeps of storage on Windows: made once it is named, whole after a cut, marked."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.compile import compile_studio
from studio_backup.compile.collect import Collector
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio as Spec
from tests.sim.windows import disks
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import Hashtable
from tests.sim.windows.studio import NAME, Studio
from tests.test_compile_windows_storage import INVENTORY

SPACE = f"{NAME}/storage-space/tank"
MARK = ".studio-backup-volume"


def spec(play: str, inventory: str = INVENTORY) -> Spec:
    loaded = load([("i.yml", inventory)], [("p.yml", f"- name: A Windows\n  hosts: ws-a\n{play}")])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


@pytest.fixture
def spaces(windows: Windows) -> Windows:
    found = disks.storage(windows)
    found["disks"] += [disks.disk(1, "WD-1", "5000C500A1B2C001"), disks.disk(2, "WD-2", "5000C500A1B2C002")]

    def look(shell: Shell, *_: object) -> None:
        found["words"] = shell in found["loaded"]

    windows.before("Get-CimInstance", look)
    return windows


def studio(windows: Windows) -> Studio:
    kept = spec("  storage-space: {tank: {label: PROJECTS}}\n")
    return Studio(windows, compile_studio(kept).resources.values(), kept.machines["ws-a"])


def test_a_space_is_made_only_once_it_is_named_and_a_second_run_has_nothing_to_do(spaces: Windows) -> None:
    one = studio(spaces)
    assert one.differs()[SPACE][1] == "create"
    held = one.apply()
    assert held.held == {SPACE: (SPACE,)}
    assert disks.storage(spaces)["pools"] == []
    applied = one.apply(SPACE)
    assert [(failed.change.address, failed.reason) for failed in applied.failed] == []
    assert one.differs() == {}
    assert one.apply().results == {}
    assert spaces.state["drives"]["P"]["label"] == "PROJECTS"


def test_a_disk_that_is_not_blank_needs_its_own_name_too(spaces: Windows) -> None:
    disks.write(disks.storage(spaces)["disks"][2], 32, b"NXSB")
    one = studio(spaces)
    one.apply(SPACE)
    assert disks.storage(spaces)["pools"] == []
    one.apply(SPACE, f"{SPACE}#right")
    assert one.differs() == {}


def test_the_power_fails_in_the_middle_and_apply_makes_it_whole_without_a_name(spaces: Windows) -> None:
    broken = {"now": True}

    def cut(_: Shell, __: str, ___: Hashtable) -> None:
        if broken["now"]:
            raise NetError("System.Exception", "the power failed")

    spaces.before("Initialize-Disk", cut)
    one = studio(spaces)
    assert [failed.change.address for failed in one.apply(SPACE).failed] == [SPACE]
    broken["now"] = False
    assert one.differs()[SPACE][1] == "update"
    applied = one.apply()
    assert [(failed.change.address, failed.reason) for failed in applied.failed] == []
    assert one.differs() == {}
    assert spaces.state["drives"]["P"]["format"] == "NTFS"


def test_one_that_leaves_the_play_goes_on_as_it_is(spaces: Windows) -> None:
    one = studio(spaces)
    one.apply(SPACE)
    one.want([])
    one.apply()
    assert len(disks.storage(spaces)["pools"]) == 1
    assert "P" in spaces.state["drives"]
    assert one.differs() == {}


def marked(windows: Windows, identity: str) -> Studio:
    """The volume S and its sentinel, as jobs need them."""
    text = INVENTORY.replace("projects: {on: tank, filesystem: ntfs", "projects: {on: tank, filesystem: exfat").replace(
        "'P:\\'", "'S:\\'"
    )
    kept = spec("  storage-space: {}\n", text)
    machine = kept.machines["ws-a"]
    volume = dataclasses.replace(machine.volumes["projects"], ids={"windows": identity})
    collected = Collector(kept)
    collected.volume(machine.systems["windows"], volume)
    return Studio(windows, collected.compiled().resources.values(), machine)


@pytest.mark.parametrize("identity", ["1C2B-0A4E", "66d55a38-0000-4000-8000-0000000000aa"])
def test_a_volume_is_marked_where_its_id_matches(windows: Windows, identity: str) -> None:
    windows.state["drives"]["S"] |= {"guid": "66D55A38-0000-4000-8000-0000000000AA", "serial": 0x1C2B0A4E}
    one = marked(windows, identity)
    one.converge()
    assert (windows.real("S:\\") / MARK).read_bytes() == f"northlight\tws-a/projects\t{identity}\n".encode()


def test_another_volume_is_never_marked(windows: Windows) -> None:
    windows.state["drives"]["S"] |= {"serial": 0x11111111}
    one = marked(windows, "1C2B-0A4E")
    one.apply()
    assert not (windows.real("S:\\") / MARK).exists()
    assert one.differs()[f"{NAME}/windows-volume/S:\\"] == ("posture", "watch")


def test_a_volume_that_changes_between_look_and_step_is_not_marked(windows: Windows) -> None:
    windows.state["drives"]["S"] |= {"serial": 0x1C2B0A4E}
    one = marked(windows, "1C2B-0A4E")
    engine_reads = {"count": 0}

    def swap(_: Shell, __: str, bound: Hashtable) -> None:
        engine_reads["count"] += str(bound.get("ClassName")) == "Win32_Volume"
        if engine_reads["count"] == 2:
            windows.state["drives"]["S"]["serial"] = 0x22222222

    windows.before("Get-CimInstance", swap)
    applied = one.apply()
    assert [failed.change.address for failed in applied.failed] == [f"{NAME}/windows-sentinel/S:\\"]
    assert not (windows.real("S:\\") / MARK).exists()


def test_a_sentinel_of_another_volume_is_left_and_is_a_conflict(windows: Windows) -> None:
    windows.state["drives"]["S"] |= {"serial": 0x1C2B0A4E}
    (windows.real("S:\\") / MARK).write_bytes(b"northlight\tws-b/projects\t1C2B-0A4E\n")
    one = marked(windows, "1C2B-0A4E")
    assert one.differs()[f"{NAME}/windows-sentinel/S:\\"][1] == "conflict"
    one.apply()
    assert (windows.real("S:\\") / MARK).read_bytes() == b"northlight\tws-b/projects\t1C2B-0A4E\n"


def test_a_root_that_may_not_be_listed_is_unread_and_a_drive_that_is_gone_is_not(windows: Windows) -> None:
    windows.state["drives"]["S"] |= {"serial": 0x1C2B0A4E}
    one = marked(windows, "1C2B-0A4E")
    windows.state["troubles"] = [{"path": "S:\\", "what": "denied"}]
    assert one.differs()[f"{NAME}/windows-sentinel/S:\\"][1] == "unread"
    windows.state["troubles"] = []
    (windows.folder / "S").rename(windows.folder / "gone")
    windows.state["drives"].pop("S")
    found = one.differs()
    assert found[f"{NAME}/windows-sentinel/S:\\"][1] == "deferred"
    assert one.change(f"{NAME}/windows-volume/S:\\").fields[0].before == "not mounted"


def test_a_locked_volume_is_told_with_what_opens_it_and_nothing_is_written(windows: Windows) -> None:
    guid = "66d55a38-0000-4000-8000-0000000000aa"
    windows.state["drives"]["S"] |= {"guid": guid, "protection": 2}
    windows.state["troubles"] = [
        {"path": "S:\\", "what": "error", "code": 21, "message": "This drive is locked by BitLocker Drive Encryption."}
    ]
    one = marked(windows, guid)
    change = one.change(f"{NAME}/windows-volume/S:\\")
    assert [(field.name, field.before) for field in change.fields] == [("locked", "yes")]
    assert "manage-bde -unlock S:" in change.fix
    assert one.differs()[f"{NAME}/windows-sentinel/S:\\"][1] == "unread"
    one.apply()
    windows.state["drives"]["S"].pop("protection")
    windows.state["troubles"] = []
    one.converge()
