"""The fourteen traps of storage on Linux, each reproduced once on a real machine: what keeps us out of each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Number -> what goes wrong when nobody thinks of it. Tests are marked `@pytest.mark.trap(NUMBER)`.
TRAPS = {
    1: "mkfs.ext4 without a terminal asks nobody and destroys whatever is there",
    2: "lsblk calls a full disk empty where udev has not looked yet",
    3: "sdX and /dev/md/NAME are other disks after the next start",
    4: "a replaced leg of btrfs that comes back is mounted stale, without a word",
    5: "what is written to a degraded btrfs keeps one copy after the disk was replaced",
    6: "in a hardened unit `mountpoint` always succeeds: systemd binds the path onto itself",
    7: "RequiresMountsFor does nothing where no unit mounts the path, and systemd's last result is stale",
    8: "a source that is missing is a success to some programs, and the last whole copy makes room for nothing",
    9: "programs end with 0 although nothing was done, or all of it anew",
    10: "Samba on Debian tells of a Time Machine share by itself: a second description makes a second server",
    11: "some versions of Samba break Time Machine",
    12: "arrays of appliances are degraded by design: more slots than bays",
    13: "rsync takes a file of the same size and second for the same file, and follows no link of another user",
    14: "all of it can be tried on one machine without special hardware",
}


def marked() -> Iterator[tuple[int, str]]:
    """(number, test) of every mark, read from the files: nothing is imported."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.trap(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for found in map(ast.unparse, node.decorator_list):
                    if number := re.fullmatch(r"pytest\.mark\.trap\((\d+)\)", found):
                        yield int(number[1]), f"{path.relative_to(ROOT)}::{node.name}"


MARKED = list(marked())


@pytest.mark.parametrize("number", TRAPS)
def test_each_trap_has_a_test_that_names_it(number: int) -> None:
    assert [test for trap, test in MARKED if trap == number], TRAPS[number]


def test_every_mark_is_about_one_of_them() -> None:
    assert {trap for trap, _ in MARKED} <= TRAPS.keys()
