"""A Mac of a version, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.macos.machine import Mac


@pytest.fixture
def mac() -> Iterator[Mac]:
    """A fresh Mac of the newest version."""
    with Mac("15") as opened:
        yield opened
        assert opened.refused() == []
