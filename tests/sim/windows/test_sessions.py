"""Is somebody at work on a Windows: asked by an administrator, who may not look into every folder of a volume."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio_backup.compile import routes
from studio_backup.probe import end_mark
from studio_backup.rollout.sessions import probe, session
from studio_backup.survey import Answered
from studio_backup.windows.asking import join, split
from tests.sim.windows.copying import fresh_disks
from tests.sim.windows.machine import Windows
from tests.windows_copies import studio

NONCE = "0123456789abcdef"


def told(windows: Windows) -> str:
    question = probe("ws-a/windows", routes(studio(quiet="10 min")), "windows")
    answer = windows.transport().run(join([question], NONCE), 60, end_mark(NONCE))
    (found,) = split(answer.reply, 1, NONCE)
    return session(Answered({(question.script, question.touches): found}))


def take(windows: Windows, name: str, ago: float) -> Path:
    path = windows.drives.root("S") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("take")
    moment = windows.now.timestamp() - ago
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize("folder", ["System Volume Information", "$RECYCLE.BIN"])
def test_what_windows_keeps_in_a_root_is_no_session(windows: Windows, folder: str) -> None:
    fresh_disks(windows)
    take(windows, "Song/old.wav", 7200)
    take(windows, f"{folder}/tracking.log", 5)
    windows.state["troubles"].append({"path": f"S:\\{folder}", "what": "denied", "access": ("list",)})
    assert told(windows) == ""
    take(windows, "Song/new.wav", 60)
    assert told(windows) == "files of ws-a/sessions are in use"


def test_a_folder_of_the_studio_that_may_not_be_entered_is_no_proof_of_quiet(windows: Windows) -> None:
    fresh_disks(windows)
    take(windows, "Song/old.wav", 7200)
    windows.state["troubles"].append({"path": "S:\\Song", "what": "denied", "access": ("list",)})
    assert told(windows).startswith("nobody can tell whether somebody is at work there")


def test_a_file_that_windows_keeps_in_the_cloud_or_once_for_many_is_worked_on_like_any_other(windows: Windows) -> None:
    fresh_disks(windows)
    path = take(windows, "Song/new.wav", 60)
    windows.drives.attributes[str(path)] = {"ReparsePoint"}
    assert told(windows) == "files of ws-a/sessions are in use"


def test_a_path_of_any_length_is_looked_at(windows: Windows) -> None:
    fresh_disks(windows)
    take(windows, "Song/old.wav", 7200)
    deep = "/".join(["Song", "a" * 100, "b" * 100, "c" * 100])
    (windows.drives.root("S") / deep).mkdir(parents=True)
    take(windows, f"{deep}/old.wav", 7200)
    assert told(windows) == ""
    take(windows, f"{deep}/new.wav", 60)
    assert told(windows) == "files of ws-a/sessions are in use"


def test_what_a_link_leads_to_is_somebody_elses(windows: Windows, tmp_path: Path) -> None:
    fresh_disks(windows)
    take(windows, "Song/old.wav", 7200)
    (tmp_path / "new.wav").write_text("take")
    (windows.drives.root("S") / "Song/elsewhere").symlink_to(tmp_path)
    (windows.drives.root("S") / "Song/linked.wav").symlink_to(tmp_path / "new.wav")
    assert told(windows) == ""
