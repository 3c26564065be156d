"""Machines that stand for a whole run of tests, and are gone after it however it ended."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest


@contextmanager
def standing(problem: str | None, held: AbstractContextManager[None], down: Callable[[], None]) -> Iterator[None]:
    """Hold the machines, and take them down at the end; tests are skipped where there can be none, but never in CI.

    STUDIO_BACKUP_LAB_KEEP=1 leaves them up.
    """
    if problem:
        if os.environ.get("CI") == "true":
            pytest.fail(f"lab tests may not be skipped in CI: {problem}")
        pytest.skip(problem)
    with held:
        # A cancelled run ends by SIGTERM; like Ctrl-C, it must not leave machines behind.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
            if os.environ.get("STUDIO_BACKUP_LAB_KEEP") != "1":
                down()
