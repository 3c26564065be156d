"""Absence, proven in every shell: by a listing that was read whole, and by nothing less."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.absence import ABSENT

PROVEN, THERE, UNKNOWN = 0, 1, 2


def absent(shell: list[str], path: str, before: str = "") -> int:
    script = f'set -eu\n{ABSENT}\n{before}\nif absent "$1"; then exit 0; else exit $?; fi\n'
    return subprocess.run([*shell, "-c", script, "sh", path], capture_output=True, check=False, timeout=60).returncode


def test_a_name_that_no_listing_has_is_absent(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    assert absent(shell, f"{tmp_path}/not there") == PROVEN
    assert absent(shell, f"{tmp_path}/no/such/folder/above") == PROVEN
    assert absent(shell, f"{tmp_path}/ther") == PROVEN
    assert absent(shell, f"{tmp_path}/*") == PROVEN
    assert absent(shell, "/no such folder at all") == PROVEN


def test_what_is_there_is_not(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "two words").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("file", "two words", "dangling", "file/below", ""):
        assert absent(shell, f"{tmp_path}/{name}".rstrip("/")) == THERE, name


def test_a_listing_that_fails_proves_nothing(shell: list[str], tmp_path: Path) -> None:
    assert absent(shell, f"{tmp_path}/x", "ls() { return 1; }") == UNKNOWN
    assert absent(shell, f"{tmp_path}/x", "ls() { echo half; return 5; }") == UNKNOWN


@pytest.mark.parametrize("path", ["", "relative", "./x", "-rf"])
def test_a_path_that_is_not_absolute_proves_nothing(shell: list[str], path: str) -> None:
    assert absent(shell, path) == UNKNOWN
