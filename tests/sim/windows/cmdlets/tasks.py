"""The ScheduledTasks module: of each cmdlet, what our programs use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.sim.windows.dotnet.dates import LOCAL, UTC_KIND, of
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Enumerated, ErrorRecord, Growing, NetException, Record, UInt32
from tests.sim.windows.task_store import EXISTS, Task, TaskStore
from tests.sim.windows.task_xml import Refused

_STATE = "Microsoft.PowerShell.Cmdletization.GeneratedTypes.ScheduledTask.StateEnum"
#: What stands where a run would (windows.md 2.2).
_NEVER = of(datetime(1999, 11, 30), LOCAL)
_CIM = "Microsoft.Management.Infrastructure.CimException"


def record_of(call: Call, task: Task) -> Record:
    """A task as the module shows it; with the lie `task-states`, its state is a bare number (windows.md 2.1)."""
    folder, _, name = task.path.rpartition("\\")
    number, word = task.state
    return Record(
        [("State", number if call.state["lies"].get("task-states") else Enumerated(_STATE, word, number)),
         ("TaskName", name), ("TaskPath", f"{folder}\\"), ("URI", task.path)],
        "Microsoft.Management.Infrastructure.CimInstance",
    )  # fmt: skip


def _hresult(code: int) -> int:
    return code - 0x100000000 if code >= 0x80000000 else code


def wanted_by(call: Call) -> list[Task]:
    """The tasks that -TaskName and -TaskPath name; without a path, those of all folders."""
    name, path = call["TaskName"], call["TaskPath"]
    found = [
        task for task in call.windows.tasks.tasks.values()
        if (name is None or task.path.rpartition("\\")[2].lower() == to_text(name).lower())
        and (path is None or f"{task.path.rpartition(chr(92))[0]}\\".lower() == to_text(path).lower())
    ]  # fmt: skip
    if not found and (name is not None or path is not None):
        word, value = ("TaskName", name) if name is not None else ("TaskPath", path)
        call.fail(f"CmdletizationQuery_NotFound_{word}",
                  f"No MSFT_ScheduledTask objects found with property '{word}' equal to '{to_text(value)}'.  "
                  "Verify the value of the property and retry.", _CIM)  # fmt: skip
    return found


@cmdlet("Get-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _get(call: Call) -> Iterable[Any]:
    if call["TaskName"] is None and call["TaskPath"] is None:
        for message in call.windows.tasks.broken:
            record = ErrorRecord(NetException(_CIM, message, _hresult(0x80070002)), f"HRESULT 0x80070002,{call.name}")
            if call["ErrorVariable"] is not None:
                known = call.shell.get(to_text(call["ErrorVariable"]))
                call.shell.set(to_text(call["ErrorVariable"]), Growing([*(known or []), record]))
            call.fail("HRESULT 0x80070002", message, _CIM, _hresult(0x80070002))
    return [record_of(call, task) for task in wanted_by(call)]


@cmdlet("Export-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _export(call: Call) -> Iterable[Any]:
    return [task.xml for task in wanted_by(call)]


@cmdlet("Get-ScheduledTaskInfo", "TaskName TaskPath", positional="TaskName TaskPath")
def _info(call: Call) -> Iterable[Any]:
    store: TaskStore = call.windows.tasks
    return [
        Record([
            ("LastRunTime", of(task.last, UTC_KIND).local() if task.last else _NEVER),
            ("LastTaskResult", UInt32(task.result)),
            ("NextRunTime", of(moment, UTC_KIND).local() if (moment := store.next_of(task)) else None),
            ("NumberOfMissedRuns", UInt32(task.missed)),
            ("TaskName", task.path.rpartition("\\")[2]),
            ("TaskPath", ""),
        ])
        for task in wanted_by(call)
    ]  # fmt: skip


@cmdlet("Register-ScheduledTask", "TaskName TaskPath Xml User Password", switches="Force")
def _register(call: Call) -> Iterable[Any]:
    store: TaskStore = call.windows.tasks
    path = f"{to_text(call['TaskPath'] or chr(92))}{to_text(call['TaskName'])}"
    if path.lower() in store.tasks and not call["Force"]:
        call.fail("HRESULT 0x800700b7", "Cannot create a file when that file already exists.", _CIM, _hresult(EXISTS))
        return []
    try:
        return [record_of(call, store.register(path, to_text(call["Xml"])))]
    except Refused as refused:
        call.fail(f"HRESULT 0x{refused.code:08x}", str(refused), _CIM, _hresult(refused.code))
        return []


@cmdlet("Unregister-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _unregister(call: Call) -> Iterable[Any]:
    for task in wanted_by(call):
        call.windows.tasks.unregister(task)
    return []


@cmdlet("Start-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _start(call: Call) -> Iterable[Any]:
    for task in wanted_by(call):
        code = call.windows.tasks.start(task)
        if code:
            call.fail(f"HRESULT 0x{code:08x}", "The operator or administrator has refused the request.", _CIM,
                      _hresult(code))  # fmt: skip
    return []


@cmdlet("Stop-ScheduledTask", "TaskName TaskPath", positional="TaskName TaskPath")
def _stop(call: Call) -> Iterable[Any]:
    for task in wanted_by(call):
        call.windows.tasks.stop(task)
    return []
