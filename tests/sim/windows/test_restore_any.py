"""Any tree that a POSIX system can hold, restored into a Windows: each thing of it lands as it was, or is lacking."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.sim.windows.restoring import Restoring, hashes

PARTS = ("a", "A", "b", "é", "É", "e\u0301", "ß", "SS", " ", ".", "?", ":", "\\", "\n", "😀", "nul", "ſ", "s", "-",
         "[", "'", "\udcff", "ı", "I", "i", "日", "\u200b", "\u00ad")  # fmt: skip


def grow(chance: random.Random, root: Path) -> None:
    """Files, folders, links and second names, called so that they collide, vanish or cannot be."""
    folders: list[Path] = [root]
    files: list[Path] = []
    for _ in range(30):
        name = "".join(chance.choice(PARTS) for _ in range(chance.randint(1, 3)))
        path = chance.choice(folders) / name
        if name in (".", "..") or os.path.lexists(path):
            continue
        kind = chance.random()
        if kind < 0.3:
            path.mkdir()
            folders.append(path)
        elif kind < 0.4:
            path.symlink_to("x")
        elif kind < 0.5 and files:
            os.link(chance.choice(files), path)
        else:
            path.write_bytes(chance.randbytes(chance.randint(0, 13_000)))
            files.append(path)


def below(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


@pytest.mark.parametrize("verbatim", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_each_thing_lands_as_it_was_or_is_lacking(restoring: Restoring, seed: int, verbatim: bool) -> None:
    restoring.windows.state["verbatim"] = verbatim
    grow(random.Random(seed), restoring.point)
    moved = restoring.restore()
    assert hashes(restoring.landed).items() <= hashes(restoring.point).items()
    there = below(restoring.landed)
    assert there | set(moved.lacking) == below(restoring.point)
    assert not there & set(moved.lacking)
