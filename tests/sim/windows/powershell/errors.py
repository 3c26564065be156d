"""Errors that do not stop by themselves: what -ErrorAction and $ErrorActionPreference make of them."""

from __future__ import annotations

from tests.sim.windows.powershell.faults import NotKnown, Thrown
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import ErrorRecord


def write_error(shell: Shell, record: ErrorRecord, action: str = "") -> None:
    """Stop, go on in silence, or say it and go on."""
    wanted = (action or shell.preference("ErrorActionPreference", "Continue")).lower()
    shell.fine = False
    if wanted == "stop":
        raise Thrown(record)
    if wanted == "ignore":
        return
    shell.errors.insert(0, record)
    if wanted == "silentlycontinue":
        return
    if wanted != "continue":
        raise NotKnown(f"-ErrorAction {wanted}")
    shell.error_stream.append(record)
    if not shell.nested:
        shell.process.print_error(record)
