"""What the lab must remember between two commands, and the lock that keeps commands apart."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from tests.lab.machines import places


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
def locked(name: str = "lock") -> Iterator[None]:
    """Hold the lab against every other command (or, under another NAME, against another test run)."""
    places.cache().mkdir(parents=True, exist_ok=True)
    with (places.cache() / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
