"""What is not copied keeps no source busy: the patterns that the guard can take over from rsync, and no others."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from studio_backup.compile import Route, routes
from studio_backup.compile.conf import gate, is_file_name, job
from studio_backup.spec.presets import PRESETS
from tests.laws.scripts import example

NAMES = [
    "take.wav",
    "take.tmp",
    ".take.tmp",
    "~$list.doc",
    "a1.bin",
    "b2.bin",
    "[a].wav",
    "a.wav",
    "a{1,2}",
    "-rf",
    "é.asd",
]
SIMPLE = [
    "*.tmp",
    "~$*",
    "[ab][0-9].bin",
    "?.wav",
    "[a].wav",
    "a{1,2}",
    "a*{*",
    "-*",
    "*.asd",
    "[!a-z]*",
    "[[:alpha:]]1*",
]


@pytest.mark.parametrize("pattern", SIMPLE)
def test_a_file_name_means_the_same_to_find_and_to_rsync(pattern: str, tmp_path: Path) -> None:
    assert is_file_name(pattern)
    for name in NAMES:
        (tmp_path / name).write_text("")
    found = subprocess.run(
        ["find", str(tmp_path), "-type", "f", "!", "-name", pattern, "-printf", "%f\\n"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rules = tmp_path.parent / f"{tmp_path.name}.rules"
    rules.write_text(f"{pattern}\n")
    copied = subprocess.run(
        ["rsync", "-r8n", "--out-format=%n", f"--exclude-from={rules}", f"{tmp_path}/", f"{tmp_path}.copy/"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    left = set(found.stdout.splitlines())
    assert left < set(NAMES), "it leaves something out"
    assert set(copied.stdout.splitlines()) & set(NAMES) == left


@pytest.mark.parametrize("pattern", ["/top", "Freeze Files/", "a b.tmp", "cache/**", "a**b", "a\\b", "back\\*slash"])
def test_what_find_would_read_otherwise_stays_with_rsync(pattern: str) -> None:
    assert not is_file_name(pattern)


def confs(exclude: tuple[str, ...]) -> list[tuple[Route, str]]:
    """Each configuration of the example, as if its datasets left this out and were worked on all day."""
    found = []
    for route in routes(example()):
        other = dataclasses.replace(
            route,
            dataset=dataclasses.replace(
                route.dataset, exclude=exclude, quiet=600, busy_patterns=("*.lock", "~Song Lock.*")
            ),
        )
        found += [(route, job(other)), *((route, gate(other, reader)) for reader in route.readers)]
    return found


def test_both_ends_know_what_is_not_copied() -> None:
    written = confs((*PRESETS["logic"].exclude, "*.tmp", "/top", "it's"))
    assert {route.chained for route, _ in written} == {True, False}
    for route, conf in written:
        quiet = "" if route.chained else r"WindowImage.jpg *.tmp it'\''s"
        assert f"\nexclude='{quiet}'\n" in conf


def test_nobody_works_in_a_restore_point() -> None:
    for route, conf in confs(()):
        quiet = "\nquiet='0'\n" if route.chained else "\nquiet='600'\n"
        busy = "\nbusy_patterns=''\n" if route.chained else "\nbusy_patterns='*.lock ~Song?Lock.*'\n"
        assert quiet in conf
        assert busy in conf
