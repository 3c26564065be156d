"""A fresh Windows a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.windows.machine import Windows


@pytest.fixture
def windows() -> Iterator[Windows]:
    """It must have been asked nothing that it does not know."""
    with Windows() as opened:
        yield opened
        assert opened.refused() == []
