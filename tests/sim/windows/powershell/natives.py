"""Native programs: the command line that 5.1 builds, how Windows takes it apart again, and what comes back."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.faults import NotKnown, Thrown
from tests.sim.windows.powershell.registry import NATIVES, Native
from tests.sim.windows.powershell.scope import Emit, Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import ErrorRecord, NetException, is_array


def native_name(path: str) -> str:
    """The name under which a program is registered."""
    name = path.replace("/", "\\").rpartition("\\")[2].lower()
    return name if "." in name else f"{name}.exe"


def is_native(path: str) -> bool:
    """Whether a command is a program that the stand-in has."""
    return native_name(path) in NATIVES


def command_line(words: list[str]) -> str:
    """How Windows PowerShell 5.1 writes arguments: in quotes where there is a blank, and nothing else is escaped.

    An empty argument is lost, a quote inside is not escaped, a backslash before the closing quote swallows it (the last
    UNVERIFIED on 5.1).
    """
    return " ".join(f'"{word}"' if any(mark in word for mark in " \t") else word for word in words if word)


def taken_apart(line: str) -> list[str]:
    """How a program of Microsoft's C library splits its command line: backslashes count only before a quote."""
    words: list[str] = []
    word, inside, begun, place = "", False, False, 0
    while place < len(line):
        mark = line[place]
        if mark == "\\":
            end = place
            while end < len(line) and line[end] == "\\":
                end += 1
            count = end - place
            if end < len(line) and line[end] == '"':
                word += "\\" * (count // 2)
                if count % 2:
                    word += '"'
                    end += 1
            else:
                word += "\\" * count
            begun, place = True, end
            continue
        if mark == '"':
            if inside and line[place + 1 : place + 2] == '"':
                word += '"'
                place += 1
            else:
                inside = not inside
            begun = True
        elif mark in " \t" and not inside:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + mark, True
        place += 1
    return [*words, word] if begun else words


def run_native(shell: Shell, path: str, given: list[tuple[str | None, Any]], redirections: list[str],
               piped: list[Any] | None, emit: Emit) -> None:  # fmt: skip
    """A program as a command: its lines are emitted, $LASTEXITCODE is set."""
    from tests.sim.windows.powershell.commands import FLAG, Attached

    words: list[str] = []
    for name, item in given:
        if name is not None:
            words.append(f"-{name}:{to_text(item.value)}" if isinstance(item, Attached) else f"-{name}")
            if item is FLAG or isinstance(item, Attached):
                continue
        for one in item if is_array(item) else [item]:
            words.append(to_text(one))
    said = "\n".join(to_text(item) for item in piped) if piped else ""
    ended = start_native(shell, path, command_line(words), said)
    shell.top.variables["lastexitcode"] = int32(ended[1])
    _errors(shell, ended[0].err, redirections, emit)
    if not {">$null", "*>$null", "1>$null"} & set(redirections):
        for line in ended[0].out:
            emit(line)
    shell.fine = ended[1] == 0


def start_native(shell: Shell, path: str, line: str, said: str = "") -> tuple[Native, int]:
    """Run a program to its end."""
    name = native_name(path)
    if name not in NATIVES:
        raise NotKnown(f"the program {path}")
    native = Native(shell, name, taken_apart(line), said)
    shell.process.windows.before_native(shell, native)
    code = NATIVES[name](native)
    return native, code & 0xFFFFFFFF if code < 0 else code


def _errors(shell: Shell, lines: list[str], redirections: list[str], emit: Emit) -> None:
    """What 5.1 makes of standard error: once it is redirected, each line is an error that `Stop` stops at."""
    if not lines:
        return
    if not [one for one in redirections if one[0] in "2*"]:
        shell.process.error("\r\n".join(lines) + "\r\n")
        return
    if shell.preference("ErrorActionPreference", "Continue").lower() == "stop":
        raise Thrown(ErrorRecord(NetException("System.Management.Automation.RemoteException", lines[0], -2146233087),
                                 "NativeCommandError", target=lines[0]))  # fmt: skip
    if "2>&1" in redirections:
        for line in lines:
            emit(line)


def int32(code: int) -> int:
    """An exit code as $LASTEXITCODE has it: an Int32."""
    return code - (1 << 32) if code >= 1 << 31 else code
