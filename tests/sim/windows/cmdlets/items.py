"""Cmdlets about files and folders, by -LiteralPath."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.sim.windows.dotnet.encoding import Encoding
from tests.sim.windows.dotnet.file_streams import READ, open_file
from tests.sim.windows.dotnet.files import delete_file
from tests.sim.windows.dotnet.folders import delete_folder
from tests.sim.windows.dotnet.infos import DirectoryInfo, FileSystemInfo, info_of
from tests.sim.windows.dotnet.locating import existing, found
from tests.sim.windows.dotnet.readers import text_of
from tests.sim.windows.powershell.calls import call_static
from tests.sim.windows.powershell.errors import write_error
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.patterns import wildcard
from tests.sim.windows.powershell.raising import exception_of
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import ErrorRecord, NetException


def _paths(call: Call) -> list[str]:
    """The paths of a call; one that is a pattern is refused, since names hold brackets."""
    given = call["LiteralPath"]
    if given is None and "Path" in call:
        given = call["Path"]
        if any(mark in to_text(one) for one in items_of(given) for mark in "*?[`"):
            raise NotKnown(f"{call.name} -Path with a pattern in it (use -LiteralPath)")
    if given is None and call.piped is not None:
        given = [one.full if isinstance(one, FileSystemInfo) else one for one in call.piped]
    found = [to_text(one) for one in items_of(given)]
    if any("::" in one or one.lower().startswith(("hklm:", "hkcu:", "cert:", "env:", "variable:")) for one in found):
        raise NotKnown(f"{call.name} of another provider: {found}")
    return found


def _trouble(call: Call, error: NetError, path: str, identity: str = "") -> None:
    """What the provider makes of an error: not found in its own words, else the exception itself."""
    exception = exception_of(error)
    name = f"Microsoft.PowerShell.Commands.{call.name.replace('-', '')}Command"
    if error.type_name.endswith("NotFoundException"):
        exception = NetException("System.Management.Automation.ItemNotFoundException",
                                 f"Cannot find path '{path}' because it does not exist.", -2146233087)  # fmt: skip
        identity = "PathNotFound"
    record = ErrorRecord(exception, f"{identity or 'ItemError'},{name}", target=path)
    write_error(call.shell, record, to_text(call["ErrorAction"]))


@cmdlet("Test-Path", "LiteralPath Path PathType", positional="Path")
def _test_path(call: Call) -> Iterator[bool]:
    for path in _paths(call):
        kind = to_text(call["PathType"]).lower() or "any"
        try:
            real = found(call.shell, path)[1]
        except NetError as error:
            if error.type_name.endswith("UnauthorizedAccessException"):
                _trouble(call, error, path)
            yield False
            continue
        yield real is not None and (kind == "any" or real.is_dir() is (kind == "container"))


@cmdlet("Get-Item", "LiteralPath Path", switches="Force", positional="Path")
def _get_item(call: Call) -> Iterator[Any]:
    for path in _paths(call):
        try:
            full, real = existing(call.shell, path)
        except NetError as error:
            _trouble(call, error, path)
            continue
        if "Hidden" in call.windows.drives.attributes.get(str(real), ()) and not call["Force"]:
            _trouble(call, NetError("System.IO.IOException", f"Could not find item {full}."), path, "ItemNotFound")
            continue
        yield info_of(call.shell.process, call.windows.drives.windows_path(real) if len(full) > 3 else full)


@cmdlet(
    "Get-ChildItem", "LiteralPath Path Filter Depth", switches="Recurse Force File Directory Name", positional="Path"
)
def _get_children(call: Call) -> Iterator[Any]:
    if "Depth" in call or call["Name"]:
        raise NotKnown("Get-ChildItem -Depth or -Name")
    for path in _paths(call) or [call.shell.process.location]:
        try:
            yield from _children(call, path)
        except NetError as error:
            _trouble(call, error, path, "DirUnauthorizedAccessError")


def _children(call: Call, path: str) -> Iterator[Any]:
    shell = call.shell
    fits = wildcard(to_text(call["Filter"]) or "*", exact=False)
    full, real = existing(shell, path)
    if real.is_file():
        yield info_of(shell.process, full)
        return
    shell.process.windows.drives.gate(full, "list")
    below = []
    for name in shell.process.windows.drives.names(real):
        child = f"{full.rstrip(chr(92))}\\{name}"
        info = info_of(shell.process, child)
        hidden = {"Hidden", "System"} & shell.process.windows.drives.attributes.get(str(info.real), set())
        if hidden and not call["Force"]:
            continue
        folder = isinstance(info, DirectoryInfo)
        if fits.match(name) and not (call["File"] and folder) and not (call["Directory"] and not folder):
            yield info
        if folder and not info.real.is_symlink():
            below.append(child)
    if call["Recurse"]:
        for child in below:
            try:
                yield from _children(call, child)
            except NetError as error:
                _trouble(call, error, child, "DirUnauthorizedAccessError")


@cmdlet("Remove-Item", "LiteralPath Path", switches="Recurse Force", positional="Path")
def _remove_item(call: Call) -> None:
    for path in _paths(call):
        try:
            full, real = existing(call.shell, path, "write")
            if call["Force"]:
                call.windows.drives.attributes.pop(str(real), None)
            if real.is_dir() and not real.is_symlink():
                if any(real.iterdir()) and not call["Recurse"]:
                    raise NotKnown(f"Remove-Item of a folder with something in it without -Recurse: it asks ({full})")
                delete_folder(call.shell, full, True)
            else:
                delete_file(call.shell, full)
        except NetError as error:
            _trouble(call, error, path, "RemoveFileSystemItemIOError")


def _free(real: Path | None, call: Call, message: str) -> None:
    if real is not None and not call["Force"]:
        raise NetError("System.IO.IOException", message, -2147024816)


@cmdlet("New-Item", "Path ItemType Value Name", switches="Force", positional="Path")
def _new_item(call: Call) -> Iterator[Any]:
    for path in map(to_text, items_of(call["Path"])):
        kind = to_text(call["ItemType"]).lower()
        try:
            full, real = found(call.shell, path, "write")
            if kind == "directory":
                _free(real, call, f"An item with the specified name {full} already exists.")
                call_static(call.shell, "IO.Directory", "CreateDirectory", [full])
            elif kind == "file":
                _free(real, call, f"The file '{full}' already exists.")
                call_static(call.shell, "IO.File", "WriteAllText", [full, to_text(call["Value"])])
            else:
                raise NotKnown(f"New-Item -ItemType {kind or 'nothing'}")
            yield info_of(call.shell.process, full)
        except NetError as error:
            _trouble(call, error, path, "NewItemIOError")


@cmdlet("Join-Path", "Path ChildPath", switches="Resolve", positional="Path ChildPath")
def _join_path(call: Call) -> Iterator[str]:
    for path in map(to_text, items_of(call["Path"])):
        drive = path[:1].upper()
        if path[1:2] == ":" and drive not in call.windows.drives.letters():
            record = ErrorRecord(NetException("System.Management.Automation.DriveNotFoundException",
                                              f"Cannot find drive. A drive with the name '{drive}' does not exist."),
                                 "DriveNotFound,Microsoft.PowerShell.Commands.JoinPathCommand")  # fmt: skip
            write_error(call.shell, record, to_text(call["ErrorAction"]))
            continue
        yield f"{path.rstrip(chr(92))}\\{to_text(call['ChildPath']).lstrip(chr(92))}"


@cmdlet("Split-Path", "LiteralPath Path", switches="Parent Leaf Qualifier", positional="Path")
def _split_path(call: Call) -> Iterator[str]:
    for path in map(to_text, items_of(call["LiteralPath"] if "LiteralPath" in call else call["Path"])):
        trimmed = path.replace("/", "\\")
        if call["Leaf"]:
            yield trimmed.rstrip("\\").rpartition("\\")[2]
        elif call["Qualifier"]:
            yield trimmed[:2]
        else:
            above = trimmed.rstrip("\\").rpartition("\\")[0]
            yield above + "\\" if len(above) == 2 else above


@cmdlet("Get-Content", "LiteralPath Path Encoding TotalCount Tail", switches="Raw", positional="Path")
def _get_content(call: Call) -> Iterator[str]:
    for path in _paths(call):
        try:
            stream = open_file(call.shell.process, path, 3, READ, 3)
        except NetError as error:
            _trouble(call, error, path, "GetContentReaderUnauthorizedAccessError")
            continue
        names = {"utf8": "utf-8", "unicode": "utf-16-le", "ascii": "ascii"}
        text = text_of(stream.rest(), Encoding(names.get(to_text(call["Encoding"]).lower(), "cp1252")))
        stream.let_go()
        if call["Raw"]:
            yield text
            continue
        lines = text.replace("\r\n", "\n").split("\n")
        yield from lines[:-1] if lines[-1] == "" else lines
