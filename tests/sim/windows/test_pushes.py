"""Pushes from Windows into a share: the records that tell how far one came, and whatever cuts it short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sim.windows.copying import Copying, set_up, tree
from tests.sim.windows.machine import Windows
from tests.windows_copies import PUSH, studio


def records(push: Copying) -> dict[str, str]:
    """What lies beside the files."""
    return {path.name: path.read_text() for path in (push.landing / "records").iterdir()}


def replaced(path: Path) -> None:
    """Another run has begun."""
    path.write_text("20260302T120500Z-FFFF0000\n")


def outcome(record: dict[str, Any]) -> tuple[Any, Any, Any]:
    return record["result"], record["reason"], record["exit"]


def test_a_push_has_a_beginning_and_an_end_of_one_run(push: Copying) -> None:
    for name in ("Song/take1.wav", "Song/take2.wav", "mix.wav", "scratch.tmp"):
        push.put(name)
    record = push.run()
    assert outcome(record) == ("ok", None, 0), push.log()
    run = record["run"]
    assert records(push) == {"begun": f"{run}\n", "alive": f"{run}\n", "ended": f"{run} 3 0\n"}
    assert set(run) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert sorted(tree(push.target)) == ["Song/take1.wav", "Song/take2.wav", "mix.wav"]
    (push.source / "mix.wav").unlink()
    push.put("Song/take1.wav", "older, from the archive", ago=9 * 3600)
    record = push.run()
    assert (record["result"], record["deleted"], record["rewritten"]) == ("ok", 1, 1)
    assert records(push)["ended"] == f"{record['run']} 2 0\n"
    assert tree(push.target) == {"Song/take1.wav": "older, from the archive", "Song/take2.wav": "take"}
    assert push.windows.state["smb"]["mapped"] == [], "nobody else uses its connection"


def test_the_end_counts_what_lies_there(push: Copying) -> None:
    push.put("take.wav")
    (push.target / "from-the-mac.tmp").write_text("left out here, and so nobody's")
    (push.target / ".studio-backup-partial").mkdir()
    (push.target / ".studio-backup-partial/half.wav").write_text("ha")
    record = push.run()
    assert records(push)["ended"] == f"{record['run']} 1 0\n"
    assert sorted(tree(push.target)) == [".studio-backup-partial/half.wav", "take.wav"]


def test_whoever_takes_the_landing_first_has_it(push: Copying) -> None:
    push.put("take.wav")
    push.run()
    whole = records(push)
    push.put("more.wav")
    (push.landing / "records/taken").write_text("somebody\n")
    assert outcome(push.run()) == ("busy", "landing-busy", 3)
    assert records(push) == {**whole, "taken": "somebody\n"}
    assert tree(push.target) == {"take.wav": "take"}


def test_of_two_that_come_at_once_one_sees_the_other(push: Copying) -> None:
    push.put("take.wav")
    gate = push.windows.drives.gate

    def takes(path: str, access: str) -> None:
        gate(path, access)
        if path.endswith("\\begun.new"):
            (push.landing / "records/taken").write_text("somebody\n")

    push.windows.drives.gate = takes
    assert outcome(push.run()) == ("busy", "landing-busy", 3)
    assert sorted(records(push)) == ["taken"], "what was begun is taken back"


def test_one_that_was_taken_over_while_it_sent_has_no_end(push: Copying) -> None:
    push.put("take.wav")
    other = push.landing / "records/begun"
    push.windows.before("robocopy.exe", lambda *_: replaced(other))
    assert outcome(push.run()) == ("failed", "incomplete", 1)
    assert records(push)["begun"] == "20260302T120500Z-FFFF0000\n", "it is another's by now"
    assert "ended" not in records(push)


def test_one_that_fails_leaves_the_beginning_of_another_alone(push: Copying) -> None:
    """Windows slept while it sent: another system took the landing over before this one knew of it."""
    push.put("take.wav")

    def taken_over(*_: object) -> None:
        replaced(push.landing / "records/begun")
        (push.source / "more").mkdir()
        trouble = {"path": f"\\\\10.0.0.20\\{push.way.share}\\files", "what": "denied", "access": ("write",)}
        push.windows.state["troubles"].append(trouble)

    push.windows.before("robocopy.exe", taken_over)
    assert outcome(push.run()) == ("failed", "rsync-partial", 1), push.log()
    assert records(push)["begun"] == "20260302T120500Z-FFFF0000\n"


def test_a_connection_that_breaks_leaves_no_end(push: Copying) -> None:
    for number in range(5):
        push.put(f"{number}/take.wav")
    assert push.run()["result"] == "ok"
    for number in range(5):
        push.put(f"{number}/more.wav")
    done: list[int] = []

    def cut(*_: object) -> None:
        done.append(1)
        push.windows.state["smb"]["answers"] = len(done) < 3

    push.windows.before("robocopy.exe", cut)
    record = push.run()
    assert outcome(record) == ("failed", "rsync-network", 1), push.log()
    assert "ended" not in records(push)
    assert records(push)["begun"] == f"{record['run']}\n"
    push.windows.state["smb"]["answers"] = True
    done[:] = [-9] * 0
    push.windows._hooks.clear()
    record = push.run()
    assert (record["result"], record["created"]) == ("ok", 3), push.log()
    assert records(push)["ended"] == f"{record['run']} 10 0\n"


def test_on_the_road_nobody_answers(push: Copying) -> None:
    push.put("take.wav")
    push.windows.state["smb"]["answers"] = False
    assert outcome(push.run()) == ("away", "no-answer", 3)
    assert records(push) == {}


def test_another_password_is_told_from_silence(push: Copying) -> None:
    push.put("take.wav")
    shares = push.windows.state["smb"]["shares"]
    for path, (user, _) in list(shares.items()):
        shares[path] = (user, "another")
    assert outcome(push.run()) == ("failed", "login", 1)
    shares.clear()
    assert outcome(push.run()) == ("refused", "landing-missing", 5)


def test_a_password_that_cannot_be_read_is_told_from_a_wrong_one(push: Copying) -> None:
    push.put("take.wav")
    path = f"C:\\ProgramData\\studio-backup\\state\\northlight\\credentials\\{push.way.id}"
    push.windows.state["troubles"].append({"path": path, "what": "denied", "access": ("read",)})
    assert outcome(push.run()) == ("failed", "login", 1)
    assert "the password of the share: Access to the path" in push.log()
    push.windows.state["troubles"].clear()
    push.windows.real(path).unlink()
    assert outcome(push.run()) == ("failed", "login", 1)
    assert f"the password of the share: there is none in {path}" in push.log()


def test_a_password_is_on_no_command_line_and_in_no_record(push: Copying) -> None:
    lines: list[str] = []
    for name in ("robocopy.exe", "cmd.exe"):
        push.windows.before(name, lambda _, __, bound: lines.append(str(bound.get("arguments"))))
    push.put("take.wav")
    push.run()
    written = [path for path in push.state.rglob("*") if path.is_file() and "credentials" not in path.parts]
    assert lines
    assert written
    assert not [line for line in lines if "guesses" in line]
    assert not [path for path in written if "guesses" in path.read_text(encoding="utf-8")]


def test_why_nothing_is_sent_is_told(push: Copying) -> None:
    push.put("take.wav")
    push.run()
    push.windows.state["drives"]["S"]["guid"] = "0" * 8 + "-0000-4000-8000-" + "9" * 12
    record = push.run()
    assert outcome(record) == ("refused", "source-wrong-volume", 5)
    assert records(push)["told"] == f"{record['run']} refused source-wrong-volume\n"
    assert records(push)["ended"].startswith(records(push)["begun"].strip()), "the last whole push stays one"


@pytest.mark.parametrize(("left", "reason"), [(0, "source-empty"), (4, "too-few-files")])
def test_a_source_that_shrank_spoils_no_push_that_was_whole(windows: Windows, left: int, reason: str) -> None:
    push = set_up(windows, studio(PUSH, more=", floor: 5"), "on-nas")
    for number in range(9):
        push.put(f"take{number}.wav")
    push.run()
    whole = records(push)
    for number in range(left, 9):
        (push.source / f"take{number}.wav").unlink()
    record = push.run()
    assert outcome(record) == ("refused", reason, 5)
    assert records(push) == {**whole, "told": f"{record['run']} refused {reason}\n"}
    assert len(tree(push.target)) == 9


def test_what_the_brake_refuses_is_not_sent(push: Copying) -> None:
    for number in range(100):
        push.put(f"take{number:03}.wav", f"take {number}")
    push.run()
    for number in range(60):
        push.put(f"take{number:03}.wav", "encrypted", ago=60)
    record = push.run()
    assert outcome(record) == ("refused", "brake-rewrites", 5)
    assert records(push)["told"] == f"{record['run']} refused brake-rewrites\n"
    assert "begun" not in records(push)
    assert tree(push.target)["take000.wav"] == "take 0"
    push.accept(record)
    assert outcome(push.run())[0] == "ok"


def test_a_share_without_its_folders_is_no_landing(push: Copying) -> None:
    push.put("take.wav")
    (push.landing / "files").rmdir()
    assert outcome(push.run()) == ("refused", "landing-missing", 5)


def test_it_says_each_minute_that_it_lives(push: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        push.put(f"{number}/take.wav")
    seen: list[tuple[float, str]] = []

    def passes(*_: object) -> None:
        alive = push.landing / "records/alive"
        seen.append((push.windows.now.timestamp(), alive.read_text()))
        alive.unlink()
        push.later(70)

    push.windows.before("robocopy.exe", passes)
    record = push.run()
    assert record["result"] == "ok"
    assert [text for _, text in seen] == [f"{record['run']}\n"] * 6
    del monkeypatch


def test_a_landing_in_a_folder_of_its_own(windows: Windows) -> None:
    push = set_up(windows, studio(PUSH, path="Audio/2026"), "on-nas")
    push.put("Audio/2026/Song/take.wav")
    push.put("Elsewhere/secret.wav")
    assert push.run()["result"] == "ok", push.log()
    assert tree(push.target) == {"Song/take.wav": "take"}
    (Path(push.source) / "Audio").rename(push.source / "Sound")
    assert outcome(push.run()) == ("refused", "source-missing", 5)


def test_a_look_that_fails_does_not_say_that_nobody_has_the_landing(push: Copying) -> None:
    push.put("take.wav")
    push.run()
    whole = records(push)
    push.put("more.wav")
    (push.landing / "records/taken").write_text("somebody\n")
    trouble = {"path": f"\\\\10.0.0.20\\{push.way.share}\\records", "what": "error", "code": 59, "message": "no"}
    push.windows.state["troubles"] += [
        {**trouble, "access": ("list",)},
        {**trouble, "path": f"{trouble['path']}\\taken", "access": ("look",)},
    ]
    assert outcome(push.run()) == ("failed", "rsync-network", 1), push.log()
    assert records(push)["begun"] == whole["begun"], "nothing was begun beside whoever has it"
    assert tree(push.target) == {"take.wav": "take"}
