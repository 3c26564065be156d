"""The fixtures `vm` and `fresh_disks`: the RAID machine, booted once for all tests that ask for it."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.lab.vm import hold, host
from tests.lab.vm.machine import Vm


@pytest.fixture(scope="session")
def vm() -> Iterator[Vm]:
    """Boot the machine fresh, and take it down at the end however the tests went.

    STUDIO_BACKUP_LAB_KEEP=1 leaves it up. Two test runs at once take turns: there is one such machine.
    """
    if reason := host.problem():
        if os.environ.get("CI") == "true":
            pytest.fail(f"lab tests may not be skipped in CI: {reason}")
        pytest.skip(reason)
    with hold.in_use():
        machine = Vm()
        # A cancelled run ends by SIGTERM; like Ctrl-C, it must not leave a machine behind.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            machine.up()
            yield machine
        finally:
            signal.signal(signal.SIGTERM, before)
            if os.environ.get("STUDIO_BACKUP_LAB_KEEP") != "1":
                machine.down()


@pytest.fixture
def fresh_disks(vm: Vm) -> Vm:
    """Hand out the machine as new: a fresh system, its own disks in all bays, every one of them blank."""
    vm.up()
    return vm
