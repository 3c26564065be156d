"""What a shell completes: commands and options from the program, names from the spec, and never an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from studio_backup.cli import main_group
from tests import fifty_rooms

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.executable).with_name("studio-backup")


def complete(*words: str) -> list[str]:
    """What the program offers for the last word."""
    shell = ShellComplete(main_group, {}, "studio-backup", "_STUDIO_BACKUP_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ver",), ["verdict"]),
        (("apply", "--can"), ["--canary"]),
        (("plan", "--only", "room:"), ["room:a", "room:b", "room:machine-room"]),
        (("plan", "--except", "group:t"), ["group:tracking-rooms"]),
        (("apply", "--canary", "machine:ws"), ["machine:ws-a", "machine:ws-b"]),
        (("run", "ws-a/sessions/on"), ["ws-a/sessions/on-nas"]),
        (("restore", "ws-b"), ["ws-b/sessions"]),
        (("explain", "nas/"), ["nas/linux", "nas/tank"]),
        (("pin", "v"), ["vault"]),
        (("doctor", "n"), ["nas"]),
    ],
)
def test_names_come_from_the_spec(words: tuple[str, ...], offered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert sorted(complete(*words)) == offered


def test_another_inventory_is_heeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = ("-i", str(ROOT / "inventory"), "-p", str(ROOT / "playbooks"))
    assert complete(*paths, "pin", "v") == ["vault"]
    assert complete("pin", *paths, "v") == ["vault"]


def test_whose_data_it_is_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fifty_rooms.write(tmp_path, 2)
    plays = tmp_path / "playbooks/three-two-one.yml"
    whose = "      class: client\n      client: blue-note\n"
    plays.write_text(plays.read_text().replace("      source:", f"{whose}      source:"))
    monkeypatch.chdir(tmp_path)
    assert complete("plan", "--only", "class:") == ["class:client"]
    assert complete("plan", "--only", "client:") == ["client:blue-note"]


def test_a_spec_that_does_not_hold_or_is_not_there_offers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complete("pin", "v") == []
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/studio.yml").write_text("machines: [")
    assert complete("plan", "--only", "room:") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(shell: str) -> None:
    environment = {**os.environ, "_STUDIO_BACKUP_COMPLETE": f"{shell}_source"}
    script = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "_STUDIO_BACKUP_COMPLETE" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True, timeout=60)


def test_a_real_bash_completes() -> None:
    """The lines that the README gives, then what bash does when the tabulator is pressed."""
    script = """
        eval "$(_STUDIO_BACKUP_COMPLETE=bash_source studio-backup)"; COMP_WORDBREAKS=${COMP_WORDBREAKS//:}
        COMP_WORDS=(studio-backup plan --only room:m); COMP_CWORD=3
        _studio_backup_completion studio-backup; printf '%s\\n' "${COMPREPLY[@]}"
    """
    environment = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert done.stdout == "room:machine-room\n", done.stderr
