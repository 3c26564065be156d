"""Make the steps of a machine slow, so that something can happen while they run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.lab.conftest import Lab

_CHECK = "/usr/bin/systemd-analyze"
STATE = "/var/lib/studio-backup"


@contextmanager
def slow(lab: Lab, name: str, seconds: float) -> Iterator[None]:
    """Checking units takes SECONDS longer inside the block (a machine with systemd)."""
    wrapper = f'#!/bin/sh\\nsleep {seconds}\\nexec {_CHECK}.real "$@"\\n'
    lab.run(name, f"mv {_CHECK} {_CHECK}.real; printf '{wrapper}' > {_CHECK}; chmod 755 {_CHECK}", check=True)
    try:
        yield
    finally:
        lab.run(name, f"[ ! -e {_CHECK}.real ] || mv {_CHECK}.real {_CHECK}", check=True)


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.05)


def step_runs(lab: Lab, name: str) -> bool:
    """True while a step of an apply runs on the machine, checking units."""
    return lab.run(name, f"test -e {STATE}/step && ps -e -o args | grep -q '[s]ystemd-analyze'").returncode == 0
