"""What discover makes of a Windows: a file that validates, with what belongs to another system told in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio_backup.discover.found import Found
from studio_backup.discover.windows_reading import parse_windows
from studio_backup.discover.writing import Way, spec_of
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.spec.load import load
from tests.fifty_rooms import host_key
from tests.resources.cases import FOLDER, Case

HEAD = "version: 1\nstudio: my-studio\nsites: {studio: {rooms: {a: {}}}}"
WAY = Way("ws-a", "10.0.0.11", 22, "tech", None, host_key(1), "room: a", HEAD)
C, S = (
    r"\\?\Volume{986da89b-2336-4410-9417-d5dbf1f5f3e5}" + "\\",
    r"\\?\Volume{11111111-2336-4410-9417-d5dbf1f5f3e5}" + "\\",
)


def volume(device: str, *paths: str, **more: str) -> dict[str, Any]:
    return {"Device": device, "Paths": list(paths), "Label": "", "FileSystem": "NTFS", "Serial": "1",
            "Capacity": "1000", "Free": "1", "DriveType": "3", **more}  # fmt: skip


def part(disk: str, number: str, kind: str, *places: str) -> dict[str, Any]:
    return {"Disk": disk, "Number": number, "Offset": "1048576", "Size": "1000", "Type": kind, "Places": list(places)}


def disk(number: str, serial: str, unique: str, **more: str) -> dict[str, Any]:
    return {"Object": f"disk-{number}", "UniqueId": unique, "Serial": serial, "Name": "Some Disk", "Number": number,
            "Size": "4000787030016", "Bus": "7", "Style": "2", "Boot": "False", "System": "False", "Offline": "False",
            "ReadOnly": "False", **more}  # fmt: skip


def task(name: str, command: str, arguments: str) -> dict[str, str]:
    xml = f"<Exec><Command>{command}</Command><Arguments>{arguments}</Arguments></Exec>"
    return {"Name": f"\\{name}", "State": "Ready", "Xml": xml}


def answer(**more: Any) -> dict[str, Any]:
    """The pool of the golden case, its system disk, two USB disks behind bridges of one serial, one of macOS."""
    told: dict[str, Any] = json.loads(Case(FOLDER / "storage-space" / "ok").reply().out)
    told["Disks"] += [
        disk("6", "100000000000", "usb-one"), disk("7", "100000000000", "USB two"),
        disk("8", "MAC1", "usb-mac"), disk("9", "RAW1", "usb-raw", Style="0"),
    ]  # fmt: skip
    told["Volumes"] += [
        volume(C, "C:\\"), volume(S, "C:\\Studio\\Sessions", "S:\\", Label="Sessions", FileSystem="exFAT"),
        volume("\\\\?\\Volume{22222222-2336-4410-9417-d5dbf1f5f3e5}\\", "X:\\", FileSystem="", DriveType="3"),
        volume("\\\\?\\Volume{33333333-2336-4410-9417-d5dbf1f5f3e5}\\", "L:\\", FileSystem=""),
        volume("\\\\?\\Volume{44444444-2336-4410-9417-d5dbf1f5f3e5}\\", FileSystem="NTFS", Label="Recovery"),
        volume("\\\\?\\Volume{55555555-2336-4410-9417-d5dbf1f5f3e5}\\", "D:\\", DriveType="5", FileSystem="CDFS"),
    ]  # fmt: skip
    told["Partitions"] += [
        part("0", "3", "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}", "C:\\", C),
        part("6", "1", "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}", "S:\\", S),
        part("8", "2", "{7c3457ef-0000-11aa-aa11-00306543ecac}"),
    ]  # fmt: skip
    told |= {
        "System": "Microsoft Windows 11 Pro 10.0.22631", "Host": "WS-A", "Maker": "Apple Inc.", "BootCamp": "False",
        "BitLocker": {"Read": True, "Problem": "", "Volumes": [
            {"Device": "\\\\?\\Volume{33333333-2336-4410-9417-d5dbf1f5f3e5}\\", "Protection": "2"}]},
        "TaskProblem": "", "Tasks": [
            task("Nightly", "robocopy", "D: E: /MIR"), task("Kopia", "restic", "-r rest:https://kim:hunter2@x/")],
        "BackblazeEnded": '<contents><lastbackupcompleted gmt_millis="1795737600000"/></contents>',
        "BackblazeRest": '<x remainingnumfilesforbackup="12" remainingnumbytesforbackup="3000000000"/>',
        "Backblaze": "True",
    }  # fmt: skip
    return {**told, **more}


def found(**more: Any) -> Found:
    return parse_windows(Reply(0, json.dumps(answer(**more)), ""))


def written(**more: Any) -> str:
    return spec_of(found(**more), WAY, "2026-11-27")


def test_the_file_is_a_valid_spec_that_says_what_is_there() -> None:
    text = written()
    loaded = load([("inventory/ws-a.yml", text)], [])
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.studio is not None
    machine = loaded.studio.machines["ws-a"]
    assert machine.systems["windows"].os == "windows"
    assert {disk.serial or disk.by_id for disk in machine.disks.values()} == {
        "0025_38BC_0151_74DB.", "WD-WXJ2A31DDK24", "WD-WXJ2A31DDK77", "MAC1", "RAW1", "usb-one",
    }  # fmt: skip
    (array,) = machine.arrays.values()
    assert (array.name, array.kind, array.level, len(array.members)) == ("projects", "storage-space", "mirror", 2)
    volumes = {name: (one.on, one.filesystem, one.paths, one.ids) for name, one in machine.volumes.items()}
    sessions = volumes["sessions"]
    assert sessions[1:] == ("exfat", {"windows": "S:\\"}, {"windows": "11111111-2336-4410-9417-d5dbf1f5f3e5"})
    assert volumes["projects"][:2] == ("projects", "ntfs")
    assert volumes["c"][2] == {"windows": "C:\\"}
    assert len(volumes) == 3


@pytest.mark.parametrize(
    "line",
    [
        "#   disk 8, partition 2: APFS, of macOS; Windows may offer to format it: never let it",
        "#   disk 9: no partition that Windows knows, which does not mean empty",
        "#   it is a Mac (Boot Camp): give the machine its macOS system, too, and keep what both need on exFAT",
        "#   L:\\: locked by BitLocker; unlock it, then discover once more",
        "#   X:\\ (no file system): what it is or lies on could not be told",
        "#   disk 7: neither its serial nor its UniqueId can stand in a spec, or another disk has the same",
        "#   \\Nightly (Ready): robocopy D: E: /MIR",
        "its last pass ended 2026-11-27 00:00 UTC; 12 files with 3.0 GB were still to go",
    ],
)
def test_what_no_line_of_a_spec_can_say_is_told(line: str) -> None:
    assert line in written()


def test_no_secret_of_a_task_is_shown() -> None:
    assert "hunter2" not in written()


def test_a_degraded_pool_is_described_and_told() -> None:
    told = json.loads(Case(FOLDER / "storage-space" / "degraded").reply().out)
    text = written(VirtualDisks=told["VirtualDisks"], PhysicalDisks=told["PhysicalDisks"], Pools=told["Pools"])
    assert "the pool tank (studio-backup): degraded: missing disks lack what was written since" in text


def test_tasks_that_cannot_be_listed_are_told() -> None:
    assert "its tasks could not be listed: denied" in written(Tasks={}, TaskProblem="denied")


@pytest.mark.parametrize("reply", [Reply(1, "", "denied"), Reply(0, "{}", ""), Reply(0, '{"Pools":[', "")])
def test_half_an_answer_is_none(reply: Reply) -> None:
    with pytest.raises(Unparsable):
        parse_windows(reply)
