"""docs/dual-os.md is so: its inventory and playbook hold, and its table is the one that `validate` reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studio_backup.policy.advice import advice
from studio_backup.spec import load
from studio_backup.spec.codes import CODES
from studio_backup.spec.model import Studio
from studio_backup.spec.sharing import ARRAYS, ENCRYPTIONS, FILESYSTEMS, Layer, called

DOCUMENT = (Path(__file__).parents[1] / "docs/dual-os.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in re.findall(r"^\| (?:exFAT|FAT32|NTFS|HFS|APFS|ReFS|AppleRAID|ext4).*$", DOCUMENT, re.MULTILINE)
]
TABLE: dict[str, Layer] = {**FILESYSTEMS, **ARRAYS, **ENCRYPTIONS}


def studio(filesystem: str = "exfat") -> Studio:
    """What the page shows, with the shared volume as it says, or as another file system."""
    inventory, playbook = re.findall(r"```yaml\n# \S+\.yml\n(.*?)```", DOCUMENT, re.DOTALL)
    loaded = load(
        [("i.yml", inventory.replace("filesystem: exfat", f"filesystem: {filesystem}"))], [("p.yml", playbook)]
    )
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def test_the_example_is_one_machine_of_which_one_half_answers() -> None:
    of = studio()
    assert of.machines["ws-a"].exclusive
    assert {system.os for system in of.machines["ws-a"].systems.values()} == {"macos", "windows"}
    assert advice(of) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_table_of_the_page_is_the_one_that_is_read(row: list[str]) -> None:
    known = {called(name).removesuffix(" arrays").lower(): one for name, one in TABLE.items()}
    for name in row[0].split(", "):
        for os, word in zip(("windows", "macos", "linux"), row[1:4], strict=True):
            layer = known[name.lower()]
            assert word == ("writes" if os in layer.writes else "reads" if os in layer.reads else "–"), (name, os)


def test_every_row_is_there_and_every_code_exists() -> None:
    assert len(ROWS) == 8
    assert set(re.findall(r"SB[0-9]{3}", DOCUMENT)) <= set(CODES)
