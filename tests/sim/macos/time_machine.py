"""Time Machine in the stand-in: destinations, what is excluded, and backups that are completed or fail."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.sim.macos import volumes
from tests.sim.macos.state import State

Destination = dict[str, Any]


def add(state: State, *, kind: str, name: str, url: str = "", volume: str = "") -> Destination:
    """One more destination, under an id of its own; nobody looks whether there is such a one already."""
    made: Destination = {
        "id": str(uuid.uuid4()).upper(), "kind": kind, "name": name, "url": url, "volume": volume, "quota": None,
        "completed": [], "attempts": [], "result": 0, "encryption": "NotEncrypted",
    }  # fmt: skip
    state["tm"]["dests"].append(made)
    return made


def mount_of(state: State, one: Destination) -> str:
    """Where it is mounted; "" where it is not."""
    volume = volumes.found(state, one["volume"]) if one["volume"] else None
    return str(volume["mount"]) if volume else ""


def attempt(state: State, moment: datetime, result: int = 0, number: int = 0) -> None:
    """A backup that came to its end: a complete one leaves a date, any leaves an attempt and a result."""
    one, text = state["tm"]["dests"][number], moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    one["attempts"].append(text)
    one["result"] = result
    if result == 0:
        one["completed"].append(text)


def preferences(state: State) -> dict[str, Any] | None:
    """com.apple.TimeMachine as a property list; None where nothing ever wrote it."""
    tm = state["tm"]
    found: dict[str, Any] = {}
    for key, value in (("AutoBackup", tm["auto"]), ("AutoBackupInterval", tm["interval"])):
        if value is not None:
            found[key] = value
    for key, value in (("SkipPaths", tm["skip_paths"]), ("ExcludedVolumeUUIDs", tm["excluded_volumes"])):
        if value:
            found[key] = list(value)
    if tm["dests"]:
        found["Destinations"] = [_remembered(one) for one in tm["dests"]]
    return {**found, "PreferencesVersion": 5} if found else None


def _remembered(one: Destination) -> dict[str, Any]:
    found = {
        "DestinationID": one["id"], "LastKnownEncryptionState": one["encryption"], "RESULT": one["result"],
        "SnapshotDates": [_moment(text) for text in one["completed"]],
        "AttemptDates": [_moment(text) for text in one["attempts"]],
        "BackupAlias": b"\x00\x00\x00\x00",
    }  # fmt: skip
    more = {"NetworkURL": one["url"]} if one["url"] else {"LastKnownVolumeName": one["name"]}
    return {**found, **more, **({"QuotaGB": one["quota"]} if one["quota"] else {})}


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def is_excluded(state: State, path: str) -> bool:
    """Also for what lies in what is excluded, and for what macOS leaves out by itself."""
    tm = state["tm"]
    roots = [*tm["skip_paths"], *tm["sticky"], "/tmp", "/private/tmp"]
    mounts = [one["mount"] for one in state["volumes"] if one["mount"] and one["uuid"] in tm["excluded_volumes"]]
    return any(path == root or path.startswith(f"{root}/") for root in (*roots, *mounts))
