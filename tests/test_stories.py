"""Stories of the trade, each a small studio and the sentences that it must be told: a folder below tests/stories/.

`spec.yml` and `playbook.yml` are the studio; `told.txt` holds commands (`$ …`, with `=CODE` where it does not end
with 0), each followed by lines that must stand in what it prints. `folder/`, where there is one, is what lies on disks.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from tests.test_cli import run

STORIES = Path(__file__).parent / "stories"
NAMES = sorted(path.name for path in STORIES.iterdir())
#: The stories of the table, each told by a folder.
TOLD = {
    "T1": "daw-deletes",
    "T2": "flood",
    "T3": "card",
    "T4": "dies-mid-session",
    "T5": "shelf",
    "T6": "collected-half",
    "T7": "chassis",
}


def test_every_story_is_told() -> None:
    assert sorted(TOLD.values()) == NAMES
    for number, name in TOLD.items():
        assert (STORIES / name / "spec.yml").read_text().startswith(f"# {number}: ")


@pytest.mark.parametrize("name", NAMES)
def test_the_story_is_told_as_expected(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for file in ("spec.yml", "playbook.yml"):
        (tmp_path / file).write_text((STORIES / name / file).read_text())
    if (STORIES / name / "folder").is_dir():
        shutil.copytree(STORIES / name / "folder", tmp_path, dirs_exist_ok=True)
    spec = ("-i", "spec.yml", "-p", "playbook.yml")
    assert run(capsys, "validate", *spec)[0] == 0
    told = (STORIES / name / "told.txt").read_text().split("$ ")[1:]
    assert told
    for chapter in told:
        command, *expected = chapter.splitlines()
        words = shlex.split(command)
        wanted = int(words.pop()[1:]) if words[-1].startswith("=") else 0
        code, out, err = run(capsys, *words, *spec)
        assert code == wanted, f"{command}\n{out}{err}"
        # A problem begins with its place, FILE:LINE:COLUMN, which is as long as it is.
        assert command == "validate" or all(len(line) <= 80 for line in out.splitlines())
        for line in expected:
            assert line in (out + err).splitlines(), f"{command}\nlacks: {line}\n{out}{err}"
