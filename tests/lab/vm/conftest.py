"""The fixtures `vm` and `fresh_disks`: the RAID machine, booted once for all tests that ask for it."""

from collections.abc import Iterator

import pytest

from tests.lab.turns import standing
from tests.lab.vm import hold, host
from tests.lab.vm.machine import Vm


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
