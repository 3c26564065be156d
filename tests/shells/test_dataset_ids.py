"""A mounted dataset of ZFS is known by its guid or by the id that is its own; what nobody can tell is no answer."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from studio_backup.programs import shipped
from tests.shells.job_bench import SHELLS

GUID, ID = "13127924306830110432", "5e551001-0000-4000-8000-000000000a01"
#: As /proc/self/mountinfo and `zfs get` of OpenZFS 2.3.2 said it; zfs-fuse calls its type fuse.zfs.
MOUNTED = "142 26 0:38 / /srv/p rw,relatime shared:75 - {type} tank/p rw,xattr,noacl,casesensitive\n"
OTHER = "5e551001-0000-4000-8000-000000000a02"


def answer(folder: Path, shell: str, said: str, asked: str, type_name: str = "zfs", first: str = "") -> int:
    """What mounted_id_is says where zfs says SAID of the dataset tank/p and of nothing else."""
    (folder / "mountinfo").write_text(MOUNTED.format(type=type_name))
    tool = folder / "zfs"
    tool.write_text(f'#!/bin/sh\nfor last; do :; done\n[ "$last" = tank/p ] || exit 1\n{said}\n')
    tool.chmod(0o755)
    script = f"""PATH={folder}:$PATH
{first}
{shipped("volume.sh")}
mount_table={folder}/mountinfo
find_mount /srv/p || exit 9
mounted_id_is /srv/p {shlex.quote(asked)}"""
    done = subprocess.run(SHELLS[shell], input=script, capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr == ""
    return done.returncode


def lines(*pairs: tuple[str, str]) -> str:
    return "\n".join(f"printf '%s\\t%s\\n' {value} {source}" for value, source in pairs)


@pytest.mark.parametrize("shell", SHELLS)
def test_both_of_its_ids_are_its_own(tmp_path: Path, shell: str) -> None:
    said = lines((GUID, "-"), (ID, "local"))
    assert [answer(tmp_path, shell, said, asked) for asked in (GUID, ID, ID.upper(), OTHER)] == [0, 0, 0, 1]
    assert answer(tmp_path, shell, said, ID, "fuse.zfs") == 0
    gate = "set -f; IFS=' '"
    assert [answer(tmp_path, shell, said, asked, first=gate) for asked in (GUID, ID, OTHER)] == [0, 0, 1], "as the gate"


@pytest.mark.parametrize("shell", SHELLS)
def test_what_came_from_elsewhere_is_not_its_id(tmp_path: Path, shell: str) -> None:
    for source in ("received", "'inherited from tank'"):
        said = lines((GUID, "-"), (ID, source))
        assert [answer(tmp_path, shell, said, asked) for asked in (GUID, ID)] == [0, 1]
    assert answer(tmp_path, shell, lines((GUID, "-"), ("-", "-")), "-") == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_a_tool_that_fails_or_says_nothing_tells_nothing(tmp_path: Path, shell: str) -> None:
    for said in ("exit 1", "echo 'Permission denied the ZFS utilities must be run as root.' >&2; exit 1", ":"):
        assert answer(tmp_path, shell, said, ID) == 2
