"""Runs that are killed anywhere, files that programs hold, disks that fill, and a month of nights."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.sim.windows.copying import HOUR, Copying, set_up, tree
from tests.sim.windows.dotnet.file_streams import FileStream, open_file
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.process import Process
from tests.windows_copies import CLONE, PUSH, studio


def outcome(record: dict[str, Any]) -> tuple[Any, Any, Any]:
    return record["result"], record["reason"], record["exit"]


def hold(windows: Windows, path: str) -> None:
    """A program has it open, and nobody else may read it."""
    windows.state["troubles"].append({"path": path, "what": "in use", "access": ("read", "write")})


def test_a_file_that_a_program_holds_is_read_from_the_shadow(clone: Copying) -> None:
    clone.put("Song/session.wav", "being recorded")
    hold(clone.windows, "S:\\Song\\session.wav")
    record = clone.run()
    assert (outcome(record), record["open"]) == (("ok", None, 0), False), clone.log()
    assert tree(clone.target) == {"Song/session.wav": "being recorded"}
    assert clone.windows.state["shadows"] == []
    assert list((clone.state / "shadow").iterdir()) == []


@pytest.mark.parametrize("refused", [1, 6, 8, 9])
def test_without_a_shadow_it_goes_on_all_the_same(clone: Copying, refused: int) -> None:
    clone.windows.state["lies"]["shadow-refused"] = refused
    clone.put("Song/take.wav")
    assert clone.run()["result"] == "ok"
    assert f"no shadow: it was refused with {refused}" in clone.log()
    assert tree(clone.target) == tree(clone.source)


def test_a_shadow_that_cannot_be_noted_is_not_left_behind(clone: Copying) -> None:
    clone.put("Song/take.wav")
    note = f"C:\\ProgramData\\studio-backup\\state\\northlight\\shadow\\{clone.way.id}"
    said = "There is not enough space on the disk."
    full = {"path": note, "what": "error", "code": 112, "message": said, "access": ("write",)}
    clone.windows.state["troubles"].append(full)
    assert clone.run()["result"] == "ok"
    assert "no shadow: " in clone.log()
    assert said in clone.log()
    assert clone.windows.state["shadows"] == []


def test_on_exfat_a_held_file_is_somebody_at_work_until_the_limit(windows: Windows) -> None:
    it = set_up(windows, studio(PUSH, filesystem="exfat", quiet="10 min"), "on-nas", "exFAT")
    it.put("Song/session.wav", "being recorded")
    it.put("Song/take.wav")
    hold(windows, "S:\\Song\\session.wav")
    record = it.run()
    assert outcome(record) == ("busy", "source-busy", 3), it.log()
    assert sorted(path.name for path in (it.landing / "records").iterdir()) == ["alive", "told"]
    assert tree(it.target) == {"Song/take.wav": "take"}
    it.later(6 * HOUR)
    assert outcome(it.run()) == ("busy", "source-busy", 3)
    it.later(6 * HOUR + 60)
    record = it.run()
    assert (outcome(record), record["open"]) == (("ok", None, 0), True)
    assert (it.landing / "records/ended").read_text() == f"{record['run']} 1 1\n"
    windows.state["troubles"].clear()
    record = it.run()
    assert (record["result"], record["open"], len(tree(it.target))) == ("ok", False, 2)
    hold(windows, "S:\\Song\\take.wav")
    it.put("Song/take.wav", "again", ago=2 * HOUR - 300)
    assert outcome(it.run()) == ("busy", "source-busy", 3), "the limit counts anew"


def test_nobody_is_disturbed_at_work(windows: Windows) -> None:
    it = set_up(windows, studio(CLONE, quiet="10 min"), "standby")
    it.put("Song/take.wav", ago=60)
    assert outcome(it.run()) == ("busy", "source-busy", 3)
    it.later(HOUR)
    assert outcome(it.run())[0] == "ok"
    it.put("Song/render.tmp", ago=1)
    it.put("Song/future.wav", ago=-9 * HOUR)
    assert outcome(it.run())[0] == "ok", "what is left out, and what comes from a wrong clock, is no sign"
    it.put("Song/take.ptxlck", ago=9 * HOUR)
    assert outcome(it.run()) == ("busy", "source-busy", 3)
    it.later(12 * HOUR)
    record = it.run()
    assert (record["result"], record["open"]) == ("ok", True)


def test_two_looks_tell_whether_a_file_grows(windows: Windows) -> None:
    it = set_up(windows, studio(CLONE, quiet="10 min"), "standby")
    path = it.put("Song/take.wav", ago=15 * 60)

    def grows(*_: object) -> None:
        path.write_text("longer by now")

    windows.before("Start-Sleep", grows)
    assert outcome(it.run()) == ("busy", "source-busy", 3)


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
@pytest.mark.parametrize(
    ("code", "reason"), [(5, "rsync-partial"), (64, "rsync-network"), (19, "rsync-local"), (1117, "rsync-partial")]
)
def test_what_robocopy_cannot_copy_is_a_failure_in_every_language(
    clone: Copying, code: int, reason: str, language: str
) -> None:
    for name in ("a.wav", "b.wav", "gone.wav"):
        clone.put(f"Song/{name}")
    clone.run()
    clone.windows.state["language"] = language
    clone.put("Song/b.wav", "changed", ago=60)
    (clone.source / "Song/gone.wav").unlink()
    clone.windows.state["troubles"].append(
        {"path": "T:\\Song\\b.wav", "what": "error", "code": code, "message": "no", "access": ("write",)}
    )
    record = clone.run()
    assert outcome(record) == ("failed", reason, 1), clone.log()
    assert tree(clone.target)["Song/gone.wav"] == "take", "nothing goes while something did not arrive"
    assert f"robocopy: {code} " in clone.log()


def test_a_folder_that_cannot_be_listed_is_not_empty(clone: Copying) -> None:
    clone.windows.state["lies"]["shadow-refused"] = 8
    for name in ("Song/a.wav", "Other/b.wav", "Song/gone.wav"):
        clone.put(name)
    clone.run()
    clone.put("Song/new.wav")
    (clone.source / "Song/gone.wav").unlink()
    clone.windows.state["troubles"].append({"path": "S:\\Other", "what": "denied", "access": ("list",)})
    record = clone.run()
    assert outcome(record) == ("failed", "rsync-partial", 1)
    assert sorted(tree(clone.target)) == ["Other/b.wav", "Song/a.wav", "Song/gone.wav", "Song/new.wav"]


def test_where_there_is_no_room_what_is_gone_goes_first(clone: Copying) -> None:
    clone.put("old.wav", "x" * 1000)
    clone.put("keep.wav")
    clone.run()
    (clone.source / "old.wav").unlink()
    clone.put("new.wav", "y" * 1000)
    room = clone.windows.room

    def full(path: str, size: int) -> None:
        room(path, size)
        if path.startswith("T:") and (clone.target / "old.wav").exists():
            clone.windows.state["drives"]["T"]["free"], kept = 0, clone.windows.state["drives"]["T"]["free"]
            try:
                room(path, size)
            finally:
                clone.windows.state["drives"]["T"]["free"] = kept

    clone.windows.room = full  # type: ignore[method-assign]
    record = clone.run()
    assert outcome(record) == ("ok", None, 0), clone.log()
    assert tree(clone.target) == tree(clone.source)


def test_a_full_disk_is_told(clone: Copying) -> None:
    clone.put("new.wav", "y" * 1000)
    clone.windows.state["troubles"].append(
        {"path": "T:\\new.wav", "what": "error", "code": 112, "message": "full", "access": ("write",)}
    )
    assert outcome(clone.run()) == ("failed", "no-space", 1)


def test_a_run_under_way_is_not_disturbed(clone: Copying) -> None:
    clone.put("take.wav")
    seen: list[dict[str, Any]] = []

    def again(*_: object) -> None:
        if not seen:
            seen.append({})
            seen.append(clone.run())

    clone.windows.before("robocopy.exe", again)
    assert clone.run()["result"] == "ok"
    assert (seen[1]["exit"], "locked by another run" in seen[1]["err"]) == (6, True)
    assert len(list((clone.state / "runs").glob("*.json"))) == 1


def test_who_reads_a_record_or_scans_it_fails_no_run(clone: Copying) -> None:
    clone.put("Song/take.wav")
    held: list[FileStream] = []

    def look(shell: Shell, *_: object) -> None:
        for name in ("json", "progress"):
            for path in (clone.state / "runs").glob(f"*.{name}"):
                held.append(open_file(shell.process, clone.windows.drives.windows_path(path), 3, 1, 1))

    def enough(*_: object) -> None:
        while held:
            held.pop().let_go()

    clone.windows.before("robocopy.exe", look)
    clone.windows.before("Start-Sleep", enough)
    record = clone.run()
    assert outcome(record) == ("ok", None, 0)
    (path,) = (clone.state / "runs").glob("*.json")
    assert '"result":"ok"' in path.read_text()


def test_who_holds_an_old_record_fails_no_run(clone: Copying) -> None:
    clone.put("Song/take.wav")
    first = clone.run()["run"]
    path = f"C:\\ProgramData\\studio-backup\\state\\northlight\\runs\\{clone.way.id}.{first}.json"
    clone.windows.state["troubles"].append({"path": path, "what": "in use"})
    record = clone.run()
    assert outcome(record) == ("ok", None, 0)
    assert first in clone.log()


def ended_of(it: Copying) -> str:
    """What the landing holds of a push that is whole."""
    path = it.landing / "records/ended"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("copy", ["standby", pytest.param("on-nas", marks=pytest.mark.long)])
def test_killed_anywhere_it_can_simply_start_again(copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended at a growing number of statements into its run, for as long as there are any more."""
    real, at, ended = Process.tick, 40, 0
    count = [0, 0]

    def tick(process: Process, line: int) -> None:
        count[0] += 1
        if count[0] == count[1]:
            process.killed = True
        real(process, line)

    while True:
        with Windows() as windows:
            it = set_up(windows, studio(CLONE if copy == "standby" else PUSH), copy)
            for name in ("Song/a.wav", "Song/b.wav", "Other/c.wav", "-odd.", "gone.wav"):
                it.put(name)
            assert it.run()["result"] == "ok"
            (it.source / "gone.wav").unlink()
            it.put("Song/a.wav", "changed", ago=60)
            it.put("New/d.wav")
            before = ended_of(it)
            monkeypatch.setattr(Process, "tick", tick)
            count[:] = [0, at]
            first = it.run()
            monkeypatch.setattr(Process, "tick", real)
            if "result" in first:
                break
            ended += 1
            assert ended_of(it) in ("", before) or tree(it.target) == tree(it.source)
            second = it.run()
            assert outcome(second) == ("ok", None, 0), (at, it.log())
            assert tree(it.target) == tree(it.source), at
            texts = [path.read_text() for path in sorted((it.state / "runs").glob("*.json"))]
            assert not [text for text in texts if '"running"' in text]
            assert windows.state.get("shadows", []) == []
            assert list((it.state / "shadow").iterdir()) == []
            assert list((it.state / "runs").glob("*.progress*")) == []
        at += at // 5
    assert ended > 15


@pytest.mark.parametrize("copy", ["standby", pytest.param("on-nas", marks=pytest.mark.long)])
def test_a_month_of_nights(windows: Windows, copy: str) -> None:
    it = set_up(windows, studio(CLONE if copy == "standby" else PUSH), copy)
    chance = random.Random(7)
    for number in range(24):
        it.put(f"Song {number % 5}/take{number}.wav", f"take {number}")
    for night in range(30):
        for number in chance.sample(range(24), 2):
            it.put(f"Song {number % 5}/take{number}.wav", f"take {number} of night {night}" * chance.randrange(1, 4))
        files = [path for path in it.source.rglob("*.wav") if path.is_file()]
        for path in chance.sample(files, 2):
            path.unlink()
        it.put(f"Night {night}/ü {night}.wav")
        it.later(24 * HOUR)
        record = it.run()
        assert outcome(record) == ("ok", None, 0), (night, it.log())
        assert tree(it.target) == tree(it.source), night
    assert len(list((it.state / "runs").glob("*.json"))) == 30


def test_two_hundred_records_are_kept(clone: Copying) -> None:
    clone.put("take.wav")
    runs = clone.state / "runs"
    for number in range(230):
        (runs / f"{clone.way.id}.20250101T{number:06}Z-AB12CD34.json").write_text('{"result":"ok"}\n')
        (runs / f"{clone.way.id}.20250101T{number:06}Z-AB12CD34.list").write_text("")
    clone.run()
    assert len(list(runs.glob("*.json"))) == 200
    assert len(list(runs.glob("*.list"))) == 199
