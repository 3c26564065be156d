"""Names that only look alike: a folder of somebody's beside ours is not taken for it."""

from __future__ import annotations

import re

import pytest

from studio_backup.programs import shipped
from tests.sim.windows.copying import Copying, tree
from tests.sim.windows.machine import Windows

OURS = "C:\\ProgramData\\studio-backup"


@pytest.mark.parametrize("decoy", ["studio-backup\u00ad", "studio\u200b-backup", "stu\u2060dio-backup"])
def test_a_folder_with_a_weightless_letter_is_another_one(windows: Windows, decoy: str) -> None:
    (windows.folder / "elsewhere").mkdir()
    windows.real(OURS).symlink_to(windows.folder / "elsewhere")
    windows.real("C:\\ProgramData").joinpath(decoy, "configuration").mkdir(parents=True)
    found = windows.run(f"{shipped('windows-standing.ps1')}\nGet-Standing -Path '{OURS}\\configuration'")
    assert found.emitted == ["link"]


def test_case_alone_makes_no_other_folder(windows: Windows) -> None:
    windows.real("C:\\ProgramData").joinpath("Studio-Backup").mkdir()
    found = windows.run(f"{shipped('windows-standing.ps1')}\nGet-Standing -Path '{OURS}'")
    assert found.emitted == ["folder"]


@pytest.mark.parametrize("name", ["\U0001f600/take.wav", "\U0001f600/\u200b/take.wav", "\u00ad/a/take.wav"])
def test_a_folder_whose_name_has_no_weight_keeps_it_in_lists(clone: Copying, name: str) -> None:
    clone.put(name)
    assert clone.run("preview")["lines"] == [f"created\t{name}"]
    assert clone.run()["result"] == "ok"
    assert tree(clone.target) == {name: "take"}


@pytest.mark.parametrize("ours", [".studio-backup-volume", ".studio-backup-copy", ".studio-backup-partial"])
def test_a_file_that_has_our_name_but_for_a_weightless_letter_is_somebodys(clone: Copying, ours: str) -> None:
    clone.put(f"{ours}\u200b")
    assert clone.run()["result"] == "ok"
    assert tree(clone.target) == {f"{ours}\u200b": "take"}


@pytest.mark.parametrize(("byte", "sum_"), [("0", "0"), ("1", "[0-9a-f]{16}"), ("173", "[0-9a-f]{16}")])
def test_bytes_without_weight_are_no_blank_disk(windows: Windows, byte: str, sum_: str) -> None:
    """An edge full of 0x01 or 0xAD is nobody's empty one."""
    found = windows.run(f"{shipped('raw.ps1')}\nGet-EdgeSum -Text (New-Object string ([char]{byte}), 64)")
    assert re.fullmatch(sum_, found.emitted[0])
