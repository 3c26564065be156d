"""A connection to the simulated Windows: what sshd starts for a command, and how its streams come back."""

from __future__ import annotations

import base64
import re
import threading
from typing import TYPE_CHECKING, Any

from studio_backup.errors import ConnectionCut, NoAnswer
from studio_backup.ssh.become import powershell_command
from studio_backup.transport.answer import NO_EXIT, Answer, Collector
from studio_backup.transport.interface import SILENCE
from studio_backup.windows.clixml import plain
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.natives import taken_apart
from tests.sim.windows.process import Input, Process
from tests.sim.windows.running import _STACK, carry_out
from tests.sim.windows.scheduler import HungForEver

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

CMD_LIMIT, PROCESS_LIMIT = 8191, 32767
NOISE = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" '
    'RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N="'
    'SourceId">1</I64><PR N="Record"><AV>Preparing modules for first use.</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC>'
    "<T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj></Objs>"
)
_SHELLS = {"cmd": r"c:\windows\system32\cmd.exe",
           "powershell": r"c:\windows\system32\windowspowershell\v1.0\powershell.exe"}  # fmt: skip
_SWITCHES = {"-noprofile": 0, "-noninteractive": 0, "-nologo": 0, "-executionpolicy": 1, "-outputformat": 1,
             "-encodedcommand": 1, "-inputformat": 1}  # fmt: skip


def command_line(shell: str, command: str) -> str:
    """What sshd hands to CreateProcess for a command without a terminal (windows.md 1.1)."""
    program = _SHELLS[shell]
    if shell == "cmd":
        return f'"{program}" /c "{command}"'
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', command)
    return f'"{program}" -c ' + (f'"{escaped}"' if " " in escaped and not escaped.startswith("'") else escaped)


def too_long(shell: str, command: str) -> str:
    """What is said of a command that is too long; "" when it is not."""
    line = command_line(shell, command)
    if len(line) > PROCESS_LIMIT or (shell == "cmd" and len(line) > CMD_LIMIT):
        return "The command line is too long.\r\n"
    return ""


class Started:
    """One powershell.exe that was started over the connection, in a thread of its own."""

    def __init__(self, windows: Windows, command: str, given: Input) -> None:
        self.windows = windows
        self.changed = threading.Condition()
        self.out, self.err = bytearray(), bytearray()
        self.code: int | None = None
        self.fault: BaseException | None = None
        self.silent = False
        self.process: Process | None = None
        shell = str(windows.state["shell"])
        refused = too_long(shell, command)
        if refused:
            self.out += refused.encode()
            self.code = 1
            return
        program, formatted = program_of(command)
        if not formatted or windows.state["lies"].get("clixml"):
            self._take_err(NOISE.encode())
        self.process = Process(windows, given, self._take_out, self._take_err)
        before = threading.stack_size(_STACK)
        self.thread = threading.Thread(target=self._run, args=(program,), daemon=True)
        self.thread.start()
        threading.stack_size(before)

    def _run(self, program: str) -> None:
        assert self.process is not None
        process, code, fault = self.process, NO_EXIT, None
        try:
            code, _ = carry_out(process, program, (), lambda item: process.write(_shown(item)))
        except HungForEver:
            self.silent = True
        except BaseException as caught:
            fault = caught
        with self.changed:
            self.fault = fault
            self.code = (1 if code else 0) if self.windows.state["shell"] == "powershell" else code
            self.changed.notify_all()

    def _take_out(self, data: bytes) -> None:
        with self.changed:
            self.out += data
            self.changed.notify_all()

    def _take_err(self, data: bytes) -> None:
        with self.changed:
            self.err += data
            self.changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether it has exited."""
        return self.code is not None

    def check(self) -> None:
        """Raise here what the stand-in could not do."""
        if self.fault is not None:
            raise self.fault


def _shown(item: Any) -> str:
    """An object that reaches the end of the pipeline, as the console shows it: only text is known."""
    if not isinstance(item, str | int | float):
        raise NotKnown("an object that is left to the console to be shown")
    from tests.sim.windows.powershell.text import to_text

    return f"{to_text(item)}\r\n"


def program_of(command: str) -> tuple[str, bool]:
    """The program behind -EncodedCommand, and whether -OutputFormat Text was said."""
    words = taken_apart(command)
    if words[0].lower() != "powershell.exe":
        raise NotKnown(f"the command {words[0]}")
    given: dict[str, str] = {}
    place = 1
    while place < len(words):
        name = words[place].lower()
        if name not in _SWITCHES:
            raise NotKnown(f"powershell.exe {words[place]}")
        count = _SWITCHES[name]
        given[name] = words[place + 1] if count else ""
        place += 1 + count
    if "-encodedcommand" not in given:
        raise NotKnown("powershell.exe without -EncodedCommand")
    program = base64.b64decode(given["-encodedcommand"], validate=True).decode("utf-16-le")
    return program, given.get("-outputformat", "").lower() == "text"


class Simulated:
    """See transport.Transport: every document goes to a powershell.exe of its own."""

    language = "powershell"

    def __init__(self, windows: Windows, command: str | None = None) -> None:
        self._windows = windows
        self._command = powershell_command() if command is None else command
        self._open: list[Started] = []

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:
        """See Transport.run. Time is the machine's own: one that hangs is late at once."""
        lies = self._windows.state["lies"]
        collector = Collector(end, plain=plain)
        if lies.get("rc0-empty"):
            lies["rc0-empty"] -= 1
            return collector.closed(0)
        if lies.get("cut-input"):
            script = script[: int(lies.pop("cut-input"))]
        started = Started(self._windows, self._command, Input(script.encode("utf-8", "surrogateescape")))
        with started.changed:
            started.changed.wait_for(lambda: started.ended, 120)
        started.check()
        out = bytes(started.out)
        if lies.get("truncated"):
            out = out[: int(lies.pop("truncated"))]
            collector.out.feed(out)
            return collector.stopped("the connection was cut")
        collector.out.feed(out)
        collector.err.feed(bytes(started.err))
        if collector.ended:
            return collector.stopped("", started.code if started.code is not None else NO_EXIT)
        if started.silent or not started.ended:
            return collector.stopped(f"no whole answer in {timeout:.3g} s")
        assert started.code is not None
        return collector.closed(started.code)

    def open(self, script: str, silence: float = SILENCE) -> SimulatedRemote:
        """See Transport.open: standard input stays open."""
        given = Input(script.encode("utf-8", "surrogateescape"), closed=False)
        started = Started(self._windows, self._command, given)
        self._open.append(started)
        return SimulatedRemote(started, given, silence)

    def close(self) -> None:
        """See Transport.close."""


class SimulatedRemote:
    """See transport.Remote."""

    def __init__(self, started: Started, given: Input, silence: float) -> None:
        self._started, self._input, self._silence = started, given, silence
        self._read = 0

    def read(self, size: int) -> bytes:
        """See Remote.read."""
        with self._started.changed:
            there = self._started.changed.wait_for(
                lambda: len(self._started.out) > self._read or self._started.ended, min(self._silence, 60)
            )
        self._started.check()
        if not there:
            raise NoAnswer(f"nothing moved for {self._silence:g} s")
        found = bytes(self._started.out[self._read : self._read + size])
        self._read += len(found)
        return found

    def write(self, data: bytes) -> None:
        """See Remote.write."""
        if self._started.ended:
            raise ConnectionCut("the program stopped reading its input")
        self._input.feed(data)

    def finish_writing(self) -> None:
        """See Remote.finish_writing."""
        self._input.finish()

    def exit_status(self) -> int:
        """See Remote.exit_status."""
        with self._started.changed:
            if not self._started.changed.wait_for(lambda: self._started.ended, min(self._silence, 60)):
                raise NoAnswer(f"the program did not end in {self._silence:g} s")
        self._started.check()
        assert self._started.code is not None
        return self._started.code

    def errors(self) -> str:
        """See Remote.errors."""
        return bytes(self._started.err).decode("utf-8", "surrogateescape")

    def close(self) -> None:
        """See Remote.close: its input ends with the channel; it runs on by itself until it notices."""
        self._input.finish()
