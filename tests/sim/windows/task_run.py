"""What the action of a task does: powershell.exe -File with its arguments, under the account of the task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.natives import taken_apart
from tests.sim.windows.process import Input, Process

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_POWERSHELL = r"c:\windows\system32\windowspowershell\v1.0\powershell.exe"
_SWITCHES = {"-noprofile": 0, "-noninteractive": 0, "-executionpolicy": 1}
NO_FILE, NO_FOLDER = 0x80070002, 0x8007010B
#: What powershell.exe ends with where the script is not there (UNVERIFIED).
NO_SCRIPT = 0xFFFD0000


def begin(windows: Windows, command: str, arguments: str, folder: str, account: str, processes: list[Process]) -> int:
    """Run it to its end; its exit code, or why it could not be started."""
    from tests.sim.windows.running import carry_out

    if folder and windows.drives.find(folder) is None:
        return NO_FOLDER
    if command.lower() != _POWERSHELL:
        if windows.drives.find(command) is None:
            return NO_FILE
        raise NotKnown(f"a task that starts {command}")
    if account != "S-1-5-18":
        raise NotKnown(f"a task of the account {account}")
    script, given = script_of(taken_apart(arguments))
    if windows.drives.find(script) is None:
        return NO_SCRIPT
    said = windows.tasks.said
    process = Process(windows, Input(), said.extend, said.extend, "SYSTEM")
    processes.append(process)
    return carry_out(process, _program(script, given), (), lambda _: None)[0]


def script_of(words: list[str]) -> tuple[str, list[str]]:
    """The script behind -File, and what stands after it."""
    place = 0
    while words[place].lower() != "-file":
        place += 1 + _SWITCHES[words[place].lower()]
    return words[place + 1], words[place + 2 :]


def _program(script: str, given: list[str]) -> str:
    quoted = [word if word.startswith("-") else "'" + word.replace("'", "''") + "'" for word in [script, *given]]
    return f"& {' '.join(quoted)}\nexit $LASTEXITCODE\n"
