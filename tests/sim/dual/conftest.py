"""A Mac and a Windows for each test."""

from tests.sim.macos.conftest import mac
from tests.sim.windows.conftest import windows

__all__ = ["mac", "windows"]
