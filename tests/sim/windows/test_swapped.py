"""What was right when a run looked and is wrong when it acts: disks and landings that change hands while it copies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.windows.copying import Copying, set_up, tree
from tests.sim.windows.machine import Windows
from tests.windows_copies import CLONE, PUSH, studio

OTHER = "0" * 8 + "-0000-4000-8000-" + "9" * 12


def outcome(record: dict[str, Any]) -> tuple[Any, Any, Any]:
    return record["result"], record["reason"], record["exit"]


def night(it: Copying) -> None:
    """Copied once; since then a take is gone and another one new."""
    for name in ("Song/gone.wav", "Song/kept.wav"):
        it.put(name)
    assert it.run()["result"] == "ok", it.log()
    (it.source / "Song/gone.wav").unlink()
    it.put("Song/new.wav")


@pytest.mark.parametrize(("drive", "reason"), [("T", "target-wrong-volume"), ("S", "source-wrong-volume")])
def test_nothing_goes_from_a_disk_that_was_put_there_while_files_moved(clone: Copying, drive: str, reason: str) -> None:
    night(clone)
    clone.windows.before("robocopy.exe", lambda *_: clone.windows.state["drives"][drive].update(guid=OTHER))
    assert outcome(clone.run()) == ("refused", reason, 5), clone.log()
    assert "Song/gone.wav" in tree(clone.target)


def test_nothing_goes_from_a_landing_that_another_system_has_by_now(push: Copying) -> None:
    """Windows was put to sleep in its push, another system of the machine has pushed, and Windows goes on."""
    night(push)
    begun = push.landing / "records/begun"
    push.windows.before("robocopy.exe", lambda *_: begun.unlink(missing_ok=True))
    assert outcome(push.run()) == ("failed", "incomplete", 1), push.log()
    assert "Song/gone.wav" in tree(push.target)
    assert not (push.landing / "records/ended").exists()


def test_within_a_minute_nothing_more_is_sent_into_what_is_anothers(push: Copying) -> None:
    for number in range(6):
        push.put(f"{number}/take.wav")

    def passes(*_: object) -> None:
        (push.landing / "records/begun").write_text("20260302T120500Z-FFFF0000\n")
        push.later(70)

    push.windows.before("robocopy.exe", passes)
    assert outcome(push.run()) == ("failed", "incomplete", 1), push.log()
    assert len(tree(push.target)) == 1
    assert (push.landing / "records/begun").read_text() == "20260302T120500Z-FFFF0000\n"


@pytest.mark.parametrize("copies", [CLONE, PUSH])
def test_a_file_that_robocopy_left_out_unsaid_is_no_file_that_somebody_changed(windows: Windows, copies: str) -> None:
    """Without a shadow, files may change while they are copied; one that stands as it did was never copied."""
    it = set_up(windows, studio(copies, filesystem="exfat"), "standby" if copies == CLONE else "on-nas", "exFAT")
    it.put("Keys")  # also what a table calls its own
    windows.state["lies"]["robocopy-ended"] = 1
    record = it.run()
    assert outcome(record) == ("failed", "rsync-partial", 1), it.log()
    assert not (it.landing / "records/ended").exists()
    del windows.state["lies"]["robocopy-ended"]
    assert it.run()["result"] == "ok"
    assert tree(it.target) == tree(it.source)


def test_a_file_that_was_written_meanwhile_makes_the_copy_open(windows: Windows) -> None:
    it = set_up(windows, studio(CLONE, filesystem="exfat"), "standby", "exFAT")
    it.put("Song/take.wav")
    it.put("Song/other.wav")

    def more(*_: object) -> None:
        it.put("Song/late.wav", ago=0)

    windows.before("robocopy.exe", more)
    record = it.run()
    assert (outcome(record), record["open"]) == (("ok", None, 0), True), it.log()


def test_who_reads_the_log_does_not_end_a_run(clone: Copying) -> None:
    clone.put("take.wav")
    logs = r"C:\ProgramData\studio-backup\state\northlight\log"
    clone.windows.before("Invoke-CimMethod", lambda *_: clone.windows.state["troubles"].append(
        {"path": logs, "what": "in use", "access": ("write",)}
    ))  # fmt: skip
    assert outcome(clone.run()) == ("ok", None, 0)
    assert tree(clone.target) == tree(clone.source)


def test_a_name_that_begins_with_a_mark_is_seen_by_the_brake(clone: Copying) -> None:
    """A mark that belongs to the letter before it makes one sign with a tab, for whoever compares as people read."""
    for number in range(100):
        clone.put(f"\u0301take{number:03}.wav", f"take {number}")
    assert clone.run()["result"] == "ok"
    for path in sorted(clone.source.glob("*.wav"))[:60]:
        path.unlink()
    assert outcome(clone.run()) == ("refused", "brake-deletions", 5)


def test_a_name_that_robocopy_is_not_given_may_be_read_only(clone: Copying) -> None:
    clone.windows.state["lies"]["shadow-refused"] = 8
    odd = clone.put("Song/-take.wav")
    attributes = clone.windows.drives.attributes
    attributes[str(odd)] = {"ReadOnly"}
    assert outcome(clone.run()) == ("ok", None, 0), clone.log()
    odd = clone.put("Song/-take.wav", "another", ago=60)
    assert outcome(clone.run()) == ("ok", None, 0), clone.log()
    assert tree(clone.target) == {"Song/-take.wav": "another"}
    assert attributes[str(clone.target / "Song/-take.wav")] == {"ReadOnly"}


def test_an_end_goes_only_once_another_push_has_begun(push: Copying) -> None:
    """Without it what had begun before would be lost, to who keeps the landing and looks right then."""
    push.put("take.wav")
    first = push.run()
    records, gate, seen = push.landing / "records", push.windows.drives.gate, []

    def looks(path: str, access: str) -> None:
        gate(path, access)
        begun = records / "begun"
        seen.append((begun.exists() and first["run"] in begun.read_text(), (records / "ended").exists()))

    push.windows.drives.gate = looks
    assert push.run()["result"] == "ok"
    assert (True, True) in seen
    assert (True, False) not in seen


def test_a_folder_that_may_only_be_read_goes_with_what_it_held(clone: Copying) -> None:
    """Windows marks a folder so that has an icon of its own, and the copy of it keeps the mark."""
    night(clone)
    clone.put("Icons/gone.wav")
    assert clone.run()["result"] == "ok"
    clone.windows.drives.attributes[str(clone.target / "Icons")] = {"ReadOnly"}
    (clone.source / "Icons/gone.wav").unlink()
    (clone.source / "Icons").rmdir()
    assert outcome(clone.run()) == ("ok", None, 0), clone.log()
    assert not (clone.target / "Icons").exists()


def test_a_clock_that_is_set_back_in_a_push_silences_nobody(push: Copying) -> None:
    """The two systems of a machine read its clock in two ways, until the network tells the time."""
    for number in range(3):
        push.put(f"{number}/take.wav")
    alive = push.landing / "records/alive"
    seen: list[bool] = []

    def back(*_: object) -> None:
        seen.append(alive.exists())
        alive.unlink(missing_ok=True)
        if len(seen) == 1:
            push.later(-2 * 3600)

    push.windows.before("robocopy.exe", back)
    assert push.run()["result"] == "ok", push.log()
    assert seen[:2] == [True, True]


def test_a_file_with_two_names_that_windows_stores_once_for_many_is_copied(clone: Copying) -> None:
    """Such a file is a reparse point, and PowerShell calls what has two names a link."""
    clone.windows.state["lies"]["shadow-refused"] = 8
    take = clone.put("Song/take.wav")
    (clone.source / "Song/again.wav").hardlink_to(take)
    for name in ("take.wav", "again.wav"):
        clone.windows.drives.attributes[str(clone.source / "Song" / name)] = {"ReparsePoint"}
    assert outcome(clone.run()) == ("ok", None, 0), clone.log()
    assert tree(clone.target) == {"Song/take.wav": "take", "Song/again.wav": "take"}
