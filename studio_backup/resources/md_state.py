"""How an array is: its state, what it is busy with, what is wrong with its disks. Judged by sysfs, not by what mdadm
calls its devices: to `--detail --export` a failed one is a spare.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from studio_backup.resources.md_listing import Leg, Running

#: What the kernel calls a state in which an array works.
_WORKING = ("clean", "active", "active-idle", "write-pending", "read-auto")
_BUSY = {
    "check": "checking",
    "recover": "recovering",
    "recovery": "recovering",
    "repair": "repairing",
    "reshape": "reshaping",
    "resync": "resyncing",
}
#: Disks that each level can lack and still start.
_SPARED = {"raid4": 1, "raid5": 1, "raid6": 2}


def needed(level: str, slots: int) -> int:
    """How many disks an array needs at least to be started."""
    if level == "raid1":
        return 1
    if level == "raid10":
        return math.ceil(slots / 2)
    return max(slots - _SPARED.get(level, 0), 1)


def number(array: Running, attribute: str) -> int:
    """One attribute as a number; 0 where the kernel has none (a raid0 is never degraded)."""
    text = array.attributes.get(attribute, "0") or "0"
    return int(text.split(" ", 1)[0])


def state_of(array: Running, whole_mirror: bool) -> str:
    """clean, degraded, failed, inactive, read-only; `whole_mirror`: every disk that the spec wants in it is in sync.

    Appliances make mirrors with more slots than they have bays: one that has all disks of its spec is not degraded.
    """
    now = array.attributes.get("array_state", "?")
    if now in ("inactive", "readonly"):
        return {"readonly": "read-only"}.get(now, now)
    if array.test == [2] or now not in _WORKING:
        return "failed"
    if number(array, "degraded") == 0 and array.test != [1]:
        return "clean"
    return "clean" if array.attributes.get("level") == "raid1" and whole_mirror else "degraded"


def action_of(array: Running, mdstat: str) -> str:
    """`idle`, or what it does, how far it is, and when it will be done."""
    shown = _shown(mdstat, array.name)
    # An array that was not written to since the boot begins nothing, and sysfs calls it idle.
    if waiting := re.search(r"(\w+)=(?:PENDING|DELAYED|REMOTE)", shown):
        return f"{_BUSY.get(waiting[1], waiting[1])}, not begun yet"
    action = array.attributes.get("sync_action", "idle")
    if action == "idle":
        return action
    far = re.fullmatch(r"(\d+) / (\d+)", array.attributes.get("sync_completed", ""))
    percent = f" {100 * int(far[1]) // int(far[2])} %" if far and int(far[2]) else ""
    finish = re.search(r"finish=([0-9.]+)min", shown)
    return _BUSY.get(action, action) + percent + (f", done in {_minutes(float(finish[1]))}" if finish else "")


def _shown(mdstat: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)} : .*(?:\n[ \t].*)*", mdstat, re.MULTILINE)
    return found[0] if found else ""


def _minutes(minutes: float) -> str:
    if minutes >= 120:
        return f"{minutes / 60:.0f} h"
    return f"{minutes:.0f} min" if minutes >= 1 else "a minute"


def spares_of(legs: Iterable[Leg]) -> int:
    """Disks that wait: in no slot, neither being filled nor failed."""
    return sum(1 for leg in legs if "spare" in leg.states and leg.slot < 0 and "replacement" not in leg.states)


def leaving(leg: Leg, legs: Iterable[Leg]) -> bool:
    """Whether another disk is being filled to take this one's place."""
    return "want_replacement" in leg.states and any("replacement" in other.states for other in legs if other != leg)


def faults_of(legs: Iterable[Leg], missing: Iterable[str], called: Mapping[str, str]) -> str:
    """What is wrong with the disks of the spec: failed, not there. `called`: kernel name -> member."""
    failed = [called[leg.name] for leg in legs if "faulty" in leg.states and leg.name in called]
    return ", ".join([*(f"{name} has failed" for name in sorted(failed)), *(f"{name} is missing" for name in missing)])


def errors_of(legs: Iterable[Leg], called: Mapping[str, str]) -> str:
    """Read errors that were mended from the other disks so far."""
    return ", ".join(sorted(f"{called.get(leg.name, leg.name)}: {leg.errors}" for leg in legs if leg.errors))
