"""Disks of an imported pool are not read for labels, nor are those that sleep: to look would wake them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.programs import shipped
from tests.sandbox import SHELLS

#: Any device of this machine: what stands in for blkid and zdb reads none.
NAME = sorted(path.name for path in Path("/sys/class/block").iterdir())[0]
PART = f"/dev/{NAME}p1" if NAME[-1].isdigit() else f"/dev/{NAME}1"


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
@pytest.mark.parametrize(
    ("used", "power", "read"),
    [
        ("", "awake", True),
        (PART, "awake", False),
        (f"/dev/{NAME}", "awake", False),
        (f"/dev/x{NAME}", "awake", True),
        ("", "asleep", False),
        ("", "unknown", False),
    ],
)
def test_what_an_imported_pool_holds_is_not_read(shell: list[str], used: str, power: str, read: bool) -> None:
    script = f"""{shipped("zfs.sh")}
find_device() {{ device=/dev/{NAME}; }}
blkid() {{ echo zfs_member; }}
zdb() {{ echo 'LABEL 0'; }}
ask_power() {{ [ "$1" = yes ] && disk_power={power}; }}
zfs_used=' {used} '
list_labels id:ata-1 yes"""
    done = subprocess.run([*shell, "-c", script], capture_output=True, text=True, check=True)
    label = f"label\t{NAME}\n\tLABEL 0\n" if read else ""
    assert done.stdout.startswith(f"disk\tid:ata-1\t{NAME}\n{label}")
    assert ("label" in done.stdout) == read
    assert (f"dark\t{NAME}\n" in done.stdout) == (power != "awake")


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_a_disk_that_sleeps_is_not_asked_for_the_pool_of_a_dataset(shell: list[str]) -> None:
    script = f"""{shipped("zfs.sh")}
find_device() {{ device=/dev/{NAME}; }}
find_mount() {{ return 1; }}
blkid() {{ echo tank; }}
ask_power() {{ disk_power=$1; }}
zfs_names=other
list_dataset projects tank/projects /nowhere "$1" id:ata-1"""
    said = {
        power: subprocess.run([*shell, "-c", script, "sh", power], capture_output=True, text=True, check=True).stdout
        for power in ("awake", "asleep")
    }
    assert "member\tid:ata-1\n" in said["awake"]
    assert "member" not in said["asleep"]
    assert "unread\tata-1 sleeps" in said["asleep"]
