"""What the stand-ins of one Mac share: a JSON document in its state folder, read and written under one lock."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The state folder as the tools in the namespace see it; the test has it elsewhere.
FOLDER = Path("/opt/standin/state")

State = dict[str, Any]

#: Version by its first number. A build is made up: nothing of ours rests on it.
VERSIONS = {"12": "12.7.6", "13": "13.6.9", "14": "14.7.1", "15": "15.6"}


class NotKnown(Exception):
    """The stand-in knows nothing of this: the reference must say it first, then the tool. A guess proves nothing."""


def fresh(version: str) -> State:
    """A Mac of this version (`12` … `15`, or one in full such as `15.3`), on which nothing was set up yet."""
    product = VERSIONS.get(version, version)
    return {
        "os": product,
        "build": f"{int(product.split('.')[0]) + 9}Z000",
        "arch": "arm64",
        "root": True,  # what the tools take the caller for
        "fda": True,  # whether this SSH session has Full Disk Access
        "fda_jobs": True,  # whether what launchd starts has it
        "sip": True,
        "remote_login": True,
        "launchd": {},  # label -> see launchd.py
        "disabled": {},  # label -> bool: the override database
        "lies": {},  # word of a lie -> how often it is still told; README.md lists them
        "volumes": [],  # {"device","name","uuid","mount","fs"}: mount is "" where it is not mounted
        "raidsets": [],
        "tm": {"auto": None, "interval": None, "dests": [], "skip_paths": [], "excluded_volumes": [], "sticky": []},
        "snapshots": {},
        "pmset": {"AC Power": {"womp": "1", "autorestart": "0", "powernap": "1", "sleep": "1", "displaysleep": "10"}},
        "mdutil": {},
    }


def major(state: State) -> int:
    """`15` of `15.6`."""
    return int(str(state["os"]).split(".")[0])


@contextmanager
def opened(folder: Path = FOLDER) -> Iterator[State]:
    """The state, alone with it; what was changed is written at the end. Raises what the block raises, unwritten."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "state.json"
        state: State = json.loads(path.read_text(encoding="utf-8"))
        before = json.dumps(state)
        yield state
        if json.dumps(state) != before:
            fresh_path = folder / "state.new"
            fresh_path.write_text(json.dumps(state, indent=1), encoding="utf-8")
            fresh_path.rename(path)


def told(state: State, lie: str) -> bool:
    """Whether this lie is to be told now; each is told as often as the test asked for."""
    left = int(state["lies"].get(lie, 0))
    if left:
        state["lies"][lie] = left - 1
    return left > 0
