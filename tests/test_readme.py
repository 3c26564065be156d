"""What the README shows is so: its spec holds, its commands and files exist, its screens fit 80 columns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from studio_backup.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = ["README.md", "CONTRIBUTING.md", "docs/source-map.md"]


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language; "" are the screens."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_spec_holds(tmp_path: Path) -> None:
    files = {block.splitlines()[0].removeprefix("# "): block for block in blocks("yaml")}
    assert sorted(files) == ["inventory/studio.yml", "playbooks/three-two-one.yml"]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    assert sum(len(text.splitlines()) for text in files.values()) <= 25
    done = subprocess.run(
        [sys.executable, "-c", "from studio_backup.cli import main; main()", "validate"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (
        0,
        "northlight: 3 machines, 3 systems, 1 dataset, 2 copies. No problem.\nNext: studio-backup plan\n",
    )


def test_screens_fit_and_name_real_commands() -> None:
    screens = [block for block in blocks("") if "$ studio-backup" in block]
    shown = {line.split()[2] for block in screens for line in block.splitlines() if line.startswith("$ ")}
    assert shown == {"plan", "run", "drift", "status", "verdict", "what-if"}
    assert [line for block in screens for line in block.splitlines() if len(line) > 80] == []
    mentioned = set(re.findall(r"`studio-backup ([a-z-]+)", README))
    assert mentioned <= COMMANDS.keys()


@pytest.mark.parametrize("name", TEXTS)
def test_named_files_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    for target in linked:
        assert ((ROOT / name).parent / target).exists(), target
    for path in re.findall(r"`((?:scripts|studio_backup|tests|docs|schemas|inventory|playbooks)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_every_decision_says_why() -> None:
    found = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [path.name[:3] for path in found] == [f"{number:03d}" for number in range(1, len(found) + 1)]
    for path in found:
        headings = re.findall(r"^## (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], path.name


def test_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
