"""Programs as text or files: [ScriptBlock]::Create, `& file.ps1`, `. file.ps1`, -File."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.faults import ExitProgram
from tests.sim.windows.powershell.functions import call_block
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.scope import Emit, Scope, Shell
from tests.sim.windows.powershell.tree import parse
from tests.sim.windows.powershell.unicode import joined
from tests.sim.windows.powershell.values import ScriptBlock


def block_of(text: str, scope: Shell | None = None) -> ScriptBlock:
    """A program as a script block."""
    tree = parse(joined(text))
    made = ScriptBlock(tree, tree.first("param_block"), scope=scope.top if scope else None)
    made.text = text
    return made


def read_source(data: bytes) -> str:
    """A .ps1 as 5.1 reads it: by its BOM, else in the ANSI code page."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le", "replace")
    return data.decode("cp1252", "replace")


def run_file(shell: Shell, path: str, positional: list[Any], named: dict[str, Any], *, emit: Emit,
             dotted: bool = False) -> None:  # fmt: skip
    """A script file from a drive; `exit` in it ends the file alone unless it is the program itself."""
    drives = shell.process.windows.drives
    real = drives.find(shell.process.full_path(path))
    if real is None or real.is_dir():
        fail("CommandNotFoundException", f"The term '{path}' is not recognized as the name of a cmdlet, function, "
             "script file, or operable program.", "System.Management.Automation.CommandNotFoundException")  # fmt: skip
    assert real is not None
    block = block_of(read_source(real.read_bytes()), shell)
    scope = shell.scope if dotted else Scope(shell.scope, script=True)
    whole = shell.process.full_path(path)
    kept = {name: shell.scope.variables.get(name) for name in ("psscriptroot", "pscommandpath")}
    scope.variables.update({"psscriptroot": whole.rpartition("\\")[0], "pscommandpath": whole})
    try:
        with shell.within(scope):
            call_block(shell, block, positional, named, None, emit, dotted=True)
    except ExitProgram as left:
        shell.top.variables["lastexitcode"] = left.code
    finally:
        if dotted:
            scope.variables.update({name: value for name, value in kept.items() if value is not None})
