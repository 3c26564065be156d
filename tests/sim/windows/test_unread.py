"""Reading changes nothing, and whatever fails while something is read, it is never taken for absent."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from studio_backup.diff import Absent, Seen
from studio_backup.probe import Reply, Unanswered, end_mark
from studio_backup.resource import Resource
from studio_backup.survey import Answered, read
from studio_backup.windows.asking import join, split
from tests.laws.scripts import one_of_each
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NetError

NONCE = "0123456789abcdef"
KINDS = one_of_each("powershell")
DENIED = NetError("System.UnauthorizedAccessException", "Access is denied.", -2147024891)
CIM_DENIED = NetError("Microsoft.Management.Infrastructure.CimException", "Access denied ", -2147217405)


def asked(windows: Windows, want: Resource) -> Reply | Unanswered:
    probe = want.probe()
    answer = windows.transport().run(join([probe], NONCE), 60, end_mark(NONCE))
    (found,) = split(answer.reply, 1, NONCE)
    return found


def seen(want: Resource, reply: Reply | Unanswered) -> Seen:
    probe = want.probe()
    return read(want, Answered({(probe.script, probe.touches): reply}))


def contents(windows: Windows) -> dict[str, tuple[int, bytes]]:
    files = [path for path in windows.folder.rglob("*") if not path.is_symlink()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in files}


def touched(windows: Windows, want: Resource) -> list[tuple[str, str]]:
    """Every access of its question: a path with what is done there, or a class of CIM."""
    found: dict[tuple[str, str], None] = {}
    gate = windows.drives.gate

    def note(path: str, access: str) -> None:
        found[path, access] = None
        gate(path, access)

    windows.drives.gate = note
    for name in ("Get-CimInstance", "Get-ScheduledTask", "Export-ScheduledTask", "Get-ScheduledTaskInfo"):
        windows.before(name, lambda _, name, bound: found.setdefault((f"{name} {bound.get('ClassName')}", "call")))
    asked(windows, want)
    return list(found)


def failing(windows: Windows, what: str, access: str) -> None:
    """From now on this one access is denied."""
    gate = windows.drives.gate

    def deny(path: str, done: str) -> None:
        if (path, done) == (what, access):
            raise DENIED
        gate(path, done)

    def deny_call(_: Any, name: str, bound: Any) -> None:
        if f"{name} {bound.get('ClassName')}" == what:
            raise CIM_DENIED

    if access == "call":
        windows.before(what.split(" ")[0], deny_call)
    else:
        windows.drives.gate = deny


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_changes_nothing(kind: str) -> None:
    with Windows() as windows:
        state, before = copy.deepcopy(windows.state), contents(windows)
        first = asked(windows, KINDS[kind])
        assert contents(windows) == before
        now = {key: windows.state[key] for key in state}
        assert json.dumps(now, default=str) == json.dumps(state, default=str)
        failing_writes(windows)
        assert asked(windows, KINDS[kind]) == first
        assert windows.refused() == []


def failing_writes(windows: Windows) -> None:
    """A machine on which nothing can be written."""
    gate: Callable[[str, str], None] = windows.drives.gate

    def read_only(path: str, access: str) -> None:
        if access == "write":
            raise DENIED
        gate(path, access)

    windows.drives.gate = read_only


@pytest.mark.parametrize("kind", KINDS)
def test_what_fails_is_unread_and_never_absent(kind: str) -> None:
    want = KINDS[kind]
    with Windows() as windows:
        base = seen(want, asked(windows, want))
        accesses = touched(windows, want)
    assert accesses or not want.made
    absent = []
    for what, access in accesses:
        with Windows() as windows:
            failing(windows, what, access)
            found = seen(want, asked(windows, want))
            if isinstance(found, Absent):
                absent.append((what, access))
    assert absent == [], f"at first: {base}"
