"""A fresh Windows a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.windows.copying import Copying, set_up
from tests.sim.windows.machine import Windows
from tests.sim.windows.restoring import Restoring
from tests.windows_copies import CLONE, PUSH, studio


@pytest.fixture
def windows() -> Iterator[Windows]:
    """It must have been asked nothing that it does not know."""
    with Windows() as opened:
        yield opened
        assert opened.refused() == []


@pytest.fixture
def clone(windows: Windows) -> Copying:
    """One disk kept equal to the other."""
    return set_up(windows, studio(CLONE), "standby")


@pytest.fixture
def push(windows: Windows) -> Copying:
    """Sent into a share of the NAS."""
    return set_up(windows, studio(PUSH), "on-nas")


@pytest.fixture
def restoring(windows: Windows, tmp_path: Path) -> Restoring:
    """A restore point without anything in it, and a Windows that it is wanted back on."""
    (tmp_path / "point").mkdir()
    return Restoring(windows, tmp_path / "point")
