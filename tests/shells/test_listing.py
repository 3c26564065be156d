"""Folders read whole, in every shell: thousands of files, several folders at once, plain files alone opened."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from studio_backup.probe import PREAMBLE, Reply
from studio_backup.resource import Unparsable
from studio_backup.resources.listing import FOLDERS, listing


def ask(shell: list[str], *folders: Path) -> Reply:
    names = shlex.join(map(str, folders))
    script = f"{PREAMBLE}\n( set -eu\nset -- {names}\n{FOLDERS}\n) </dev/null\n"
    done = subprocess.run([*shell, "-s"], input=script.encode(), capture_output=True, check=False)
    return Reply(
        done.returncode,
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
    )


def test_thousands_of_files_in_two_folders(shell: list[str], tmp_path: Path) -> None:
    wanted: dict[str, str] = {}
    for number in range(3000):
        path = tmp_path / ("one" if number % 2 else "two") / f"{number:024x}-a-name-as-long-as-they-come"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"text\t{number}\ncomplete\n" * (number % 3))
        wanted[str(path)] = path.read_text()
    found = listing(ask(shell, tmp_path / "one", tmp_path / "two", tmp_path / "three"))
    assert found.folders == {str(tmp_path / name) for name in ("one", "two", "three")}
    assert {path: file.text for path, file in found.files.items() if file.listed.type == "-"} == wanted


def test_what_is_no_plain_file_is_not_opened(shell: list[str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")  # would hang
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "a file -n *").write_text("x")
    found = listing(ask(shell, tmp_path))
    texts = {path.rsplit("/", 1)[1]: file.text for path, file in found.files.items() if path != str(tmp_path)}
    assert texts == {"fifo": None, "link": None, "a file -n *": "x"}


@pytest.mark.parametrize("name", ["two\nlines", "-R\n-la", "x\n--color=always", "two\n"])
def test_a_line_break_in_a_name_is_never_read_as_two_names(shell: list[str], tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(Unparsable):
        listing(ask(shell, tmp_path))


def test_a_line_break_before_a_path_that_stands_elsewhere(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "job").write_text("x")
    inner = Path(f"{tmp_path}/ours/a\n{tmp_path}/ours")
    inner.mkdir(parents=True)
    (inner / "job").write_text("y")
    with pytest.raises(Unparsable):
        listing(ask(shell, tmp_path / "ours"))
