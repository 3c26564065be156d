"""What the lab must remember between two commands, and the lock that keeps commands apart."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from tests.lab.machines import places
from tests.lab.machines.command import LabError

HOLDER = "STUDIO_BACKUP_LAB_HELD_BY"


@dataclass
class State:
    """By machine: the system it last booted, its faults not undone; by path: host settings to put back."""

    systems: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


def load() -> State:
    """Read the state; an empty one when the lab was never up."""
    file = places.running() / "state.json"
    return State(**json.loads(file.read_text())) if file.is_file() else State()


def save(state: State) -> None:
    """Write the state in one rename, so that a killed command leaves the old one or the new one."""
    places.running().mkdir(parents=True, exist_ok=True)
    fresh = places.running() / "state.json.new"
    fresh.write_text(json.dumps(asdict(state), indent=2) + "\n")
    fresh.rename(places.running() / "state.json")


@contextmanager
def locked() -> Iterator[None]:
    """Hold the lab for one change, against every other command."""
    places.cache().mkdir(parents=True, exist_ok=True)
    with (places.cache() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def in_use(wait: bool = True, lock: str = "in-use", holder: str = HOLDER) -> Iterator[None]:
    """Hold the lab for a whole run of tests or measurements; commands that this run starts are let through.

    Machines that stand apart have a LOCK and a HOLDER variable of their own. Raises LabError without WAIT
    when another run has it.
    """
    if os.environ.get(holder):
        yield
        return
    places.cache().mkdir(parents=True, exist_ok=True)
    with (places.cache() / lock).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise LabError("a run of tests or measurements is using the lab; wait for its end") from error
        os.environ[holder] = str(os.getpid())
        try:
            yield
        finally:
            del os.environ[holder]
