"""The verbs of `tmutil` about what is excluded: reference section 1.5."""

from __future__ import annotations

import plistlib
import sys
from collections.abc import Callable
from pathlib import Path

from tests.sim.macos import time_machine, volumes
from tests.sim.macos.state import NotKnown, State


def exclusion(adding: bool) -> Callable[[State, list[str]], int]:
    def verb(state: State, rest: list[str]) -> int:
        flag = rest[0] if rest[:1] and rest[0] in ("-p", "-v") else ""
        code = 0
        for item in rest[1:] if flag else rest:
            if not item.startswith("/"):
                raise NotKnown("a path that is not absolute")
            code = _exclude(state, flag, item, adding) or code
        return code

    return verb


def _exclude(state: State, flag: str, item: str, adding: bool) -> int:
    key = {"": "sticky", "-p": "skip_paths", "-v": "excluded_volumes"}[flag]
    value = item
    if flag == "-v":
        volume = volumes.found(state, item)
        if volume is None:
            return _not_changed(item)
        value = volume["uuid"]
    elif adding and not Path(item).exists():
        return 0 if flag == "-p" else _not_changed(item)  # -p of what is not there has no effect, and no error
    held = state["tm"][key]
    if adding and value not in held:
        held.append(value)
    elif not adding:
        if value not in held:
            if flag:
                raise NotKnown("what it says of what is not excluded is not recorded")
            return _not_changed(item)
        held.remove(value)
    return 0


def _not_changed(item: str) -> int:
    print(f"{item}: Error (-43) while attempting to change exclusion setting.", file=sys.stderr)
    return 213


def isexcluded(state: State, rest: list[str]) -> int:
    paths = [one for one in rest if one != "-X"]
    if any(not Path(path).exists() for path in paths):
        raise NotKnown("what it says of what is not there is UNVERIFIED")
    if "-X" in rest:
        sys.stdout.buffer.write(
            plistlib.dumps([{"Path": p, "IsExcluded": int(time_machine.is_excluded(state, p))} for p in paths])
        )
        return 0
    for path in paths:
        print(f"[{'Excluded' if time_machine.is_excluded(state, path) else 'Included'}]  {path}")
    return 0
