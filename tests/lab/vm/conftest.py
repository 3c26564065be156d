"""The fixtures `vm` and `fresh_disks`: the RAID machine, booted once for all tests; `zfs`: with OpenZFS."""

import os
from collections.abc import Iterator

import pytest

from tests.lab.turns import standing
from tests.lab.vm import hold, host, image
from tests.lab.vm.machine import Vm
from tests.lab.vm.zfs_image import OPENZFS


@pytest.fixture(scope="session")
def vm() -> Iterator[Vm]:
    """Boot the machine fresh, and take it down at the end however the tests went.

    STUDIO_BACKUP_LAB_KEEP=1 leaves it up. Two test runs at once take turns: there is one such machine.
    """
    machine = Vm()
    with standing(host.problem(), hold.in_use(), machine.down):
        machine.up()
        yield machine


@pytest.fixture
def fresh_disks(vm: Vm) -> Vm:
    """Hand out the machine as new: a fresh system, its own disks in all bays, every one of them blank."""
    vm.up()
    return vm


@pytest.fixture(scope="module")
def openzfs(vm: Vm) -> Iterator[Vm]:
    """Hold the machine with OpenZFS in its kernel, not booted yet; the plain one comes back after the module.

    Its image takes minutes to compile: `scripts/test --all` builds it once, every other run uses it where it is.
    """
    if os.environ.get("STUDIO_BACKUP_TEST_ALL") != "1" and not image.place_of(OPENZFS)[0].is_dir():
        pytest.skip("OpenZFS is not built here; scripts/test --all builds it once, in some 6 minutes")
    try:
        yield Vm(system=OPENZFS)
    finally:
        vm.up()


@pytest.fixture
def zfs(openzfs: Vm) -> Vm:
    """Hand out the machine as new with OpenZFS: a fresh system, every disk blank, no pool."""
    openzfs.up()
    return openzfs
