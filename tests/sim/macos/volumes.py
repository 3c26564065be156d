"""Volumes of the stand-in, as its tools look them up."""

from __future__ import annotations

from typing import Any

from tests.sim.macos.state import State

Volume = dict[str, Any]


def add(state: State, name: str, uuid: str, fs: str = "apfs", device: str = "disk5s1", *, plugged: bool = True) -> None:
    """One more, mounted where macOS mounts it."""
    mount = f"/Volumes/{name}" if plugged else ""
    state["volumes"].append({"device": device, "name": name, "uuid": uuid, "mount": mount, "fs": fs})


def found(state: State, word: str) -> Volume | None:
    """By where it is mounted, its device or its UUID."""
    for one in state["volumes"]:
        if word in (one["mount"], one["device"], f"/dev/{one['device']}") or word.upper() == one["uuid"].upper():
            return dict(one)
    return None
