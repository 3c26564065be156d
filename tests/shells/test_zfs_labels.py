"""Disks of an imported pool are not read for labels: to look at what lies beside it would wake one that sleeps."""

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
    ("used", "read"), [("", True), (PART, False), (f"/dev/{NAME}", False), (f"/dev/x{NAME}", True)]
)
def test_what_an_imported_pool_holds_is_not_read(shell: list[str], used: str, read: bool) -> None:
    script = f"""{shipped("zfs.sh")}
find_device() {{ device=/dev/{NAME}; }}
blkid() {{ echo zfs_member; }}
zdb() {{ echo 'LABEL 0'; }}
zfs_used=' {used} '
list_labels id:ata-1"""
    done = subprocess.run([*shell, "-c", script], capture_output=True, text=True, check=True)
    label = f"label\t{NAME}\n\tLABEL 0\n" if read else ""
    assert done.stdout.startswith(f"disk\tid:ata-1\t{NAME}\n{label}")
    assert ("label" in done.stdout) == read
