"""The machine with OpenZFS: what tests of pools rely on is really there."""

import json

import pytest

from tests.lab.vm.machine import Vm

pytestmark = pytest.mark.lab


def test_openzfs_makes_a_mirror_that_loses_a_disk(zfs: Vm) -> None:
    assert zfs.run("zfs version", check=True).stdout.startswith("zfs-2.3.")
    assert json.loads(zfs.run("zpool status -j --json-int", check=True).stdout)["pools"] == {}
    paths = f"{zfs.own['bay1'].path} {zfs.own['bay2'].path}"
    zfs.run(f"zpool create -o ashift=12 tank mirror {paths} && echo take-1 >/tank/song.txt && zpool sync", check=True)
    zfs.pull("bay2")
    zfs.run("echo take-2 >>/tank/song.txt && zpool sync", check=True)
    assert zfs.run("zpool list -Ho health tank", check=True).stdout == "DEGRADED\n"
    assert zfs.run("cat /tank/song.txt", check=True).stdout == "take-1\ntake-2\n"
