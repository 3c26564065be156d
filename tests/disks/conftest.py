"""Fixtures for what reads and writes disks: loop devices of the kernel that all tests share, so one test at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.disks.btrfs_bays import Bays, blank, open_bays
from tests.disks.device_bench import Devices
from tests.sandbox import Sandbox


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devices]:
    """A machine in a sandbox whose disks are loop devices."""
    with Sandbox() as sandbox:
        opened = Devices(sandbox, tmp_path_factory.mktemp("disks"))
        opened.open()
        try:
            yield opened
        finally:
            sandbox.run('for at in /srv/*; do umount "$at" 2>/dev/null; done')
            opened.close()


@pytest.fixture(scope="module")
def opened_bays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bays]:
    with open_bays(tmp_path_factory.mktemp("disks")) as opened:
        yield opened


@pytest.fixture
def bays(opened_bays: Bays) -> Bays:
    """Two blank disks in the bays of a machine, and a third beside it."""
    return blank(opened_bays)
