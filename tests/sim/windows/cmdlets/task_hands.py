"""What people do with tasks: the trigger that the module writes in UTC, and what switches a task off and on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.sim.windows.cmdlets.tasks import record_of, wanted_by
from tests.sim.windows.dotnet.dates import ZONE
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Record
from tests.sim.windows.task_store import Task

_DAILY = (
    "<CalendarTrigger><StartBoundary>{}</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
    "</CalendarTrigger>"
)


@cmdlet("New-ScheduledTaskTrigger", "At", switches="Daily")
def _trigger(call: Call) -> Iterable[Any]:
    """Since Windows 10 with a `Z`: the hour is kept in UTC, and moves with summer time (windows.md 2.3)."""
    if not call["Daily"]:
        raise NotKnown("New-ScheduledTaskTrigger without -Daily")
    zone = ZoneInfo(ZONE["name"])
    today = call.windows.now.astimezone(zone).date()
    clock = datetime.strptime(to_text(call["At"]), "%H:%M").time()
    start = datetime.combine(today, clock, zone).astimezone(UTC)
    return [
        Record([("StartBoundary", f"{start:%Y-%m-%dT%H:%M:%SZ}")], "Microsoft.Management.Infrastructure.CimInstance")
    ]


@cmdlet("Set-ScheduledTask", "TaskName TaskPath Trigger", positional="TaskName TaskPath")
def _set(call: Call) -> Iterable[Any]:
    """All its triggers are replaced by the one; the rest stays."""
    for task in wanted_by(call):
        trigger = _DAILY.format(to_text(call["Trigger"].get("StartBoundary")))
        _again(call, task, re.sub(r"(?s)<Triggers>.*</Triggers>", f"<Triggers>{trigger}</Triggers>", task.xml))
    return [record_of(call, task) for task in wanted_by(call)]


@cmdlet("Disable-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _disable(call: Call) -> Iterable[Any]:
    for task in wanted_by(call):
        _again(call, task, _plain(task).replace("<Settings>", "<Settings><Enabled>false</Enabled>"))
    return [record_of(call, task) for task in wanted_by(call)]


@cmdlet("Enable-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _enable(call: Call) -> Iterable[Any]:
    for task in wanted_by(call):
        _again(call, task, _plain(task))
    return [record_of(call, task) for task in wanted_by(call)]


def _plain(task: Task) -> str:
    return re.sub(r"\s*<Enabled>false</Enabled>", "", task.xml)


def _again(call: Call, task: Task, xml: str) -> None:
    call.windows.tasks.change(task, xml)
