"""A Windows that no spec knows, asked once by the very program that is sent, and written down as a spec that holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_backup.cli import main
from studio_backup.discover.found import Found
from studio_backup.discover.windows_reading import WINDOWS_PROBE, parse_windows
from studio_backup.discover.writing import Way, spec_of
from studio_backup.exchange import ask
from studio_backup.probe import Reply
from studio_backup.spec.load import load
from tests.fifty_rooms import host_key
from tests.sim.windows import disks
from tests.sim.windows.machine import Windows
from tests.sim.windows.studio import SYSTEM

HEAD = "version: 1\nstudio: my-studio\nsites: {studio: {rooms: {a: {}}}}"
WAY = Way("ws-a", "10.0.0.11", 22, "tech", None, host_key(1), "room: a", HEAD)
APFS = "{7c3457ef-0000-11aa-aa11-00306543ecac}"


@pytest.fixture
def machine(windows: Windows) -> Windows:
    """Its own disk with C, one with S, one of macOS, one that it sees nothing on."""
    found = disks.storage(windows)
    system, work, mac = found["disks"][0], disks.disk(1, "WORK1", "eui.01"), disks.disk(2, "MAC1", "eui.02", bus=7)
    found["disks"] += [work, mac, disks.disk(3, "BLANK1", "eui.03")]
    for one in (work, mac):
        disks.initialize(one)
    for one, letter in ((system, "C"), (work, "S")):
        part = disks.part(one)
        drive = windows.state["drives"][letter]
        drive["guid"] = f"66d55a38-0000-4000-8000-0000000000{ord(letter):02x}"
        part |= {"places": [f"{letter}:\\"], "volume": {"guid": drive["guid"], "format": drive["format"],
                                                        "label": drive["label"], "serial": 1}}  # fmt: skip
    disks.part(mac)["type"] = APFS
    return windows


def asked(windows: Windows) -> Found:
    answers = ask(windows.transport(), [WINDOWS_PROBE], 60).answers
    answer = answers[WINDOWS_PROBE.script, WINDOWS_PROBE.touches]
    assert isinstance(answer, Reply)
    return parse_windows(answer)


def test_it_is_written_down_and_holds(machine: Windows) -> None:
    text = spec_of(asked(machine), WAY, "2026-11-27")
    loaded = load([("inventory/ws-a.yml", text)], [])
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.studio is not None
    found = loaded.studio.machines["ws-a"]
    assert {disk.serial for disk in found.disks.values()} == {"SYSTEM0", "WORK1", "MAC1", "BLANK1"}
    assert found.volumes["sessions"].ids == {"windows": "66d55a38-0000-4000-8000-000000000053"}
    assert found.volumes["sessions"].filesystem == "exfat"
    assert found.systems["windows"].os == SYSTEM.os
    assert "#   disk 2, partition 2: APFS, of macOS; Windows may offer to format it: never let it" in text
    assert "#   disk 3: no partition that Windows knows, which does not mean empty" in text


def test_tasks_of_others_that_copy_are_shown_and_ours_are_not(machine: Windows) -> None:
    xml = (
        '<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Principals><Principal '
        'id="Author"><UserId>S-1-5-18</UserId></Principal></Principals><Triggers></Triggers><Actions Context="Author">'
        "<Exec><Command>{}</Command><Arguments>{}</Arguments></Exec></Actions></Task>"
    )
    machine.tasks.register("\\Nightly", xml.format("robocopy.exe", "S:\\ D:\\ /MIR /PASSWORD=hunter2"))
    machine.tasks.register("\\Fonts", xml.format("fonts.exe", "/all"))
    machine.tasks.register("\\studio-backup\\northlight\\x", xml.format("robocopy.exe", ""))
    machine.tasks.register("\\Microsoft\\Windows\\Backup\\y", xml.format("robocopy.exe", ""))
    found = asked(machine)
    (job,) = found.jobs
    assert job.startswith("\\Nightly (Ready): robocopy.exe S:\\ D:\\ /MIR")
    assert "hunter2" not in job


def test_what_backblaze_left_is_told(machine: Windows) -> None:
    folder = machine.real("C:\\ProgramData\\Backblaze\\bzdata\\bzreports")
    folder.mkdir(parents=True)
    (folder / "bzstat_lastbackupcompleted.xml").write_text('<x gmt_millis="1795737600000"/>', encoding="utf-8")
    assert ("backblaze-personal", "its last pass ended 2026-11-27 00:00 UTC") in asked(machine).external


def test_a_report_of_backblaze_that_cannot_be_read_is_not_missing(machine: Windows) -> None:
    assert ("backblaze-personal", "it is installed; it left no report of a backup") in asked(machine).external
    folder = machine.real("C:\\ProgramData\\Backblaze\\bzdata\\bzreports")
    folder.mkdir(parents=True)
    (folder / "bzstat_lastbackupcompleted.xml").write_text('<x gmt_millis="1795737600000"/>', encoding="utf-8")
    held = "C:\\ProgramData\\Backblaze\\bzdata\\bzreports\\bzstat_lastbackupcompleted.xml"
    machine.state["troubles"].append({"path": held, "what": "in use"})
    ((_, said),) = asked(machine).external
    assert said.startswith("its reports cannot be read: The process cannot access the file")


def test_what_it_asks_wakes_no_disk(machine: Windows) -> None:
    def read(*_: object) -> None:
        raise AssertionError("a disk was read")

    machine.before("Add-Type", read)
    asked(machine)
    assert disks.storage(machine)["loaded"] == []


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["discover", "10.0.0.11", "--host-key", host_key(1), *words])
    out, err = capsys.readouterr()
    return caught.value.code, out, err


def test_the_command_asks_a_windows_once_it_is_told_that_it_is_one(
    machine: Windows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("studio_backup.ssh.connect", lambda system, *_: (machine.transport(), system))
    code, out, _ = told(capsys, "--os", "windows", "--user", "tech")
    assert code == 0
    assert "  ws-a:\n    role: workstation" in out
    assert "      windows:\n        address: 10.0.0.11\n        user: tech\n" in out
    code, _, err = told(capsys, "--os", "windows")
    assert code == 1
    assert "say --user NAME, a member of Administrators" in err
