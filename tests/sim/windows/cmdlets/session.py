"""Cmdlets about the session itself: strictness, time, what is said beside the output."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.sim.windows.dotnet.dates import DateTime, read, utc_now
from tests.sim.windows.powershell.errors import write_error
from tests.sim.windows.powershell.faults import NotKnown, Thrown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.registry import CMDLETS, Call, cmdlet
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import ErrorRecord, NetException, Record, plain


@cmdlet("Set-StrictMode", "Version", switches="Off")
def _strict(call: Call) -> None:
    call.shell.scope.strict = 0 if call["Off"] else 9 if to_text(call["Version"]).lower() == "latest" else int(
        float(to_number(call["Version"]))
    )  # fmt: skip


@cmdlet("Start-Sleep", "Seconds Milliseconds", positional="Seconds")
def _sleep(call: Call) -> None:
    span = timedelta(seconds=float(to_number(call["Seconds"])), milliseconds=float(to_number(call["Milliseconds"])))
    call.windows.scheduler.sleep(call.shell.process, span)


@cmdlet("Get-Date", "Date Format UFormat", positional="Date")
def _get_date(call: Call) -> list[Any]:
    if "UFormat" in call:
        raise NotKnown("Get-Date -UFormat")
    given = call["Date"]
    moment = (
        utc_now(call.shell).local() if given is None else given if isinstance(given, DateTime) else read(to_text(given))
    )
    return [moment.formatted(to_text(call["Format"]))] if "Format" in call else [moment]


@cmdlet("Write-Error", "Message Exception ErrorId Category", positional="Message")
def _write_error(call: Call) -> None:
    given = call["Exception"]
    exception = given if isinstance(given, NetException) else NetException(
        "Microsoft.PowerShell.Commands.WriteErrorException", to_text(call["Message"])
    )  # fmt: skip
    identity = to_text(call["ErrorId"]) or exception.type_name
    write_error(call.shell, ErrorRecord(exception, identity), to_text(call["ErrorAction"]))


@cmdlet("Write-Warning", "Message", positional="Message")
def _write_warning(call: Call) -> None:
    if not call.shell.nested:
        call.shell.process.write(f"WARNING: {to_text(call['Message'])}\r\n")


@cmdlet("Write-Verbose", "Message", positional="Message")
def _write_verbose(_: Call) -> None:
    return None


@cmdlet("Write-Debug", "Message", positional="Message")
def _write_debug(_: Call) -> None:
    return None


@cmdlet("Write-Progress", "Activity Status PercentComplete", switches="Completed", positional="Activity Status")
def _write_progress(_: Call) -> None:
    return None


@cmdlet("Get-Command", "Name CommandType Module", positional="Name")
def _get_command(call: Call) -> list[Any]:
    found = []
    for name in map(to_text, items_of(call["Name"])):
        missing = name.lower() in {one.lower() for one in call.state["missing_commands"]}
        if (name.lower() in CMDLETS and not missing) or call.shell.function(name) is not None:
            found.append(Record([("Name", name), ("CommandType", "Cmdlet")], "System.Management.Automation.CmdletInfo"))
        elif not missing and not call["ErrorAction"]:
            raise NotKnown(f"Get-Command {name}")
        else:
            message = f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or program."
            exception = NetException("System.Management.Automation.CommandNotFoundException", message)
            record = ErrorRecord(exception, "CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand")
            write_error(call.shell, record, to_text(call["ErrorAction"]))
    return found


@cmdlet("Import-Module", "Name MinimumVersion", switches="Force DisableNameChecking", positional="Name")
def _import_module(call: Call) -> None:
    for name in map(to_text, items_of(call["Name"])):
        if name.lower() in {one.lower() for one in call.state["missing_modules"]}:
            message = f"The specified module '{name}' was not loaded because no valid module file was found."
            call.fail("Modules_ModuleNotFound", message, "System.IO.FileNotFoundException", -2147024894)


@cmdlet("Get-Variable", "Name Scope", switches="ValueOnly", positional="Name")
def _get_variable(call: Call) -> list[Any]:
    name = to_text(call["Name"])
    if not call.shell.has(name):
        call.fail("VariableNotFound", f"Cannot find a variable with the name '{name}'.",
                  "System.Management.Automation.ItemNotFoundException")  # fmt: skip
        return []
    given = plain(call.shell.get(name))
    return [given] if call["ValueOnly"] else [Record([("Name", name), ("Value", given)])]


@cmdlet("Set-Variable", "Name Value Scope Option", positional="Name Value")
def _set_variable(call: Call) -> None:
    scope = to_text(call["Scope"]).lower()
    call.shell.set(f"{scope}:{to_text(call['Name'])}" if scope else to_text(call["Name"]), call["Value"])


__all__ = ["Thrown"]
