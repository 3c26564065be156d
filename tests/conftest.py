"""Whatever started the tests, an interrupt is an interrupt: a shell that starts them aside has it ignored."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

LAB = Path(__file__).parent / "lab"

signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before the plugin that runs them beside each other looks for the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one file stay together, and so do all that use the same machines, of which there is one set."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _group(path: Path) -> str:
    """What runs one after the other when tests run beside each other."""
    if LAB not in path.parents:
        return str(path.relative_to(LAB.parent))
    return "virtual machine" if LAB / "vm" in path.parents else "machines"
