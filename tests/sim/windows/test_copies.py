"""Clones on Windows: what is copied, judged and refused. The job is the real one, Windows a stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sim.windows.copying import GIB, Copying, set_up, tree
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NetError
from tests.windows_copies import CLONE, PUSH, studio


def fill(copying: Copying, count: int = 100) -> None:
    """A source with so many takes, copied once."""
    for number in range(count):
        copying.put(f"Song/take{number:03}.wav", f"take {number}")
    assert copying.run()["result"] == "ok", copying.log()


def thin_out(copying: Copying, count: int) -> None:
    """So many takes are gone."""
    for path in sorted(copying.source.rglob("*.wav"))[:count]:
        path.unlink()


def outcome(record: dict[str, Any]) -> tuple[Any, Any, Any]:
    return record["result"], record["reason"], record["exit"]


def test_a_clone_is_made_and_then_kept_equal(clone: Copying) -> None:
    for name in ("Song/take1.wav", "Song/take2.wav", "Other/mix.wav", "loose.txt"):
        clone.put(name)
    (clone.source / "Empty").mkdir()
    record = clone.run()
    assert outcome(record) == ("ok", None, 0), clone.log()
    assert (record["files"], record["created"], record["bytes"], record["source"]) == (4, 4, 16, "ws-a/sessions")
    assert tree(clone.target) == tree(clone.source)
    assert (clone.target / "Empty").is_dir()
    assert (clone.target / ".studio-backup-volume").read_text() != (clone.source / ".studio-backup-volume").read_text()
    clone.put("Song/take1.wav", "another take", ago=60)
    (clone.source / "Song/take2.wav").unlink()
    clone.put("Song/take3.wav")
    (clone.source / "Empty").rmdir()
    record = clone.run()
    assert [record[name] for name in ("files", "created", "rewritten", "deleted")] == [4, 1, 1, 1]
    assert tree(clone.target) == tree(clone.source)
    assert not (clone.target / "Empty").exists()
    record = clone.run()
    assert [record[name] for name in ("created", "rewritten", "deleted", "bytes")] == [0, 0, 0, 0]


OTHER = "00000000-0000-4000-8000-999999999999"
GUARDS: dict[str, Callable[[Copying], object]] = {
    "source-unmounted": lambda it: it.windows.state["drives"].pop("S"),
    "source-wrong-volume": lambda it: it.windows.state["drives"]["S"].update(
        guid="0" * 8 + "-0000-4000-8000-" + "9" * 12
    ),
    "source-sentinel": lambda it: (it.source / ".studio-backup-volume").write_text("northlight\tws-b/other\t1\n"),
    "source-empty": lambda it: thin_out(it, 101),
    "source-unread": lambda it: it.windows.state["troubles"].append(
        {"path": "S:\\", "what": "error", "code": 21, "message": "The device is not ready.", "access": ("list", "look")}
    ),
    "too-few-files": lambda it: thin_out(it, 95),
    "target-unmounted": lambda it: it.windows.state["drives"].pop("T"),
    "target-wrong-volume": lambda it: it.windows.state["drives"]["T"].update(
        guid="0" * 8 + "-0000-4000-8000-" + "8" * 12
    ),
    "target-sentinel": lambda it: (it.target / ".studio-backup-volume").write_text(""),
    "target-foreign": lambda it: (it.target / ".studio-backup-copy").write_text("northlight\tws-a/other\tstandby\n"),
    "no-space": lambda it: it.windows.state["drives"]["T"].update(free=GIB // 2),
}


@pytest.mark.parametrize("reason", GUARDS)
def test_a_run_that_must_not_be_moves_nothing(windows: Windows, reason: str) -> None:
    it = set_up(windows, studio(CLONE, more=", floor: 10"), "standby")
    fill(it)
    before = tree(it.target)
    it.put("Song/new.wav")
    GUARDS[reason](it)
    record = it.run()
    assert outcome(record) == ("refused", reason, 5), it.log()
    assert tree(it.target) == before


def test_a_volume_that_cannot_be_asked_for_is_not_taken_for_unmounted(clone: Copying) -> None:
    fill(clone, 3)

    def fail(*_: object) -> None:
        raise NetError("Microsoft.Management.Infrastructure.CimException", "Shutting down.", -2147023829)

    clone.windows.before("Get-CimInstance", fail)
    assert outcome(clone.run()) == ("refused", "target-unread", 5)


@pytest.mark.parametrize("number", ["free", "total"])
def test_room_that_is_not_told_is_no_room(clone: Copying, number: str) -> None:
    fill(clone, 3)
    clone.windows.state["drives"]["T"][number] = None
    assert outcome(clone.run()) == ("refused", "target-unread", 5)
    assert "its room is not told" in clone.log()


def test_what_lies_on_a_second_disk_is_not_made_a_clone(clone: Copying) -> None:
    clone.put("take.wav")
    clone.put("holiday.jpg", at=clone.target)
    assert outcome(clone.run()) == ("refused", "target-foreign", 5)
    assert tree(clone.target) == {"holiday.jpg": "take"}


def test_the_brake_stops_deletions_and_its_list_is_accepted_once(clone: Copying) -> None:
    fill(clone)
    for number in range(60):
        (clone.source / f"Song/take{number:03}.wav").unlink()
    refused = clone.run()
    assert outcome(refused) == ("refused", "brake-deletions", 5)
    assert (refused["deleted"], len(tree(clone.target))) == (60, 100)
    assert clone.listed(refused)[0] == "deleted\tSong/take000.wav"
    assert outcome(clone.run()) == ("refused", "brake-deletions", 5)
    # Others than those on the list are judged as ever.
    clone.accept(refused)
    for path in list((clone.source / "Song").iterdir()):
        path.rename(path.with_suffix(".aif"))
    other = clone.run()
    assert outcome(other) == ("ok", None, 0)
    assert (other["accepted_by"], other["deleted"]) == ("kim", 100)
    assert tree(clone.target) == tree(clone.source)
    for path in (clone.source / "Song").iterdir():
        path.unlink()
    clone.put("Song/last.wav")
    assert outcome(clone.run())[0] == "ok", "40 files are below the brake"


def test_what_was_accepted_once_is_not_accepted_again(clone: Copying) -> None:
    fill(clone)
    gone = {path: path.read_text() for path in sorted((clone.source / "Song").iterdir())[:60]}
    for path in gone:
        path.unlink()
    refused = clone.run()
    clone.accept(refused)
    assert outcome(clone.run())[0] == "ok"
    for path, text in gone.items():
        path.write_text(text)
    assert outcome(clone.run())[0] == "ok"
    for path in gone:
        path.unlink()
    again = clone.run()
    assert outcome(again) == ("refused", "brake-deletions", 5)
    assert again["accepted_by"] is None


def test_an_accepted_list_covers_nothing_else(clone: Copying) -> None:
    fill(clone, 200)
    for number in range(60):
        (clone.source / f"Song/take{number:03}.wav").unlink()
    refused = clone.run()
    for number in range(60, 140):
        (clone.source / f"Song/take{number:03}.wav").unlink()
    clone.accept(refused)
    more = clone.run()
    assert outcome(more) == ("refused", "brake-deletions", 5)
    assert len(tree(clone.target)) == 200


def test_the_brake_stops_rewrites(clone: Copying) -> None:
    fill(clone)
    for number in range(60):
        clone.put(f"Song/take{number:03}.wav", "encrypted", ago=60)
    refused = clone.run()
    assert outcome(refused) == ("refused", "brake-rewrites", 5)
    assert tree(clone.target)["Song/take000.wav"] == "take 0"
    clone.accept(refused)
    assert outcome(clone.run())[0] == "ok"
    assert tree(clone.target)["Song/take000.wav"] == "encrypted"


def test_a_newer_file_at_the_clone_is_left_alone_and_told(clone: Copying) -> None:
    fill(clone, 3)
    clone.put("Song/take001.wav", "worked on there", ago=60, at=clone.target)
    clone.put("Song/take002.wav", "worked on here", ago=60)
    record = clone.run()
    assert outcome(record) == ("failed", "newer-at-target", 1)
    assert clone.listed(record) == ["newer\tSong/take001.wav"]
    there = tree(clone.target)
    assert (there["Song/take001.wav"], there["Song/take002.wav"]) == ("worked on there", "worked on here")


def test_a_preview_writes_nothing(clone: Copying) -> None:
    fill(clone, 3)
    clone.put("Song/new.wav")
    (clone.source / "Song/take000.wav").unlink()
    clone.put("Song/take001.wav", "changed", ago=60)
    before = sorted(str(path) for path in clone.windows.folder.rglob("*"))
    record = clone.run("preview")
    assert record["lines"] == ["created\tSong/new.wav", "rewritten\tSong/take001.wav", "deleted\tSong/take000.wav"]
    assert (record["result"], record["files"], record["run"]) == ("ok", 3, None)
    assert sorted(str(path) for path in clone.windows.folder.rglob("*")) == before


@pytest.mark.parametrize("copies", [CLONE, PUSH])
def test_robocopy_is_never_told_to_mirror_or_purge(windows: Windows, copies: str) -> None:
    it = set_up(windows, studio(copies), "standby" if copies == CLONE else "on-nas")
    lines: list[str] = []
    windows.before("robocopy.exe", lambda _, __, bound: lines.append(str(bound.get("arguments"))))
    for number in range(300):
        it.put(f"Song/a name of some length that fills the line {number:03}.wav")
    it.put("root.wav")
    assert it.run()["result"] == "ok", it.log()
    assert len(lines) > 2
    for line in lines:
        assert len(line) < 8000
        assert {"/XJ", "/R:2", "/W:5"} < set(line.split())
        assert not {"/MIR", "/PURGE", "/E", "/S", "/MOVE", "/MOV"} & {word.upper() for word in line.split()}
    assert tree(it.target) == tree(it.source)
