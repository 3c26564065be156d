"""A program run to its end: what it emitted, what it wrote, and its exit code."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.faults import (
    BreakLoop,
    ContinueLoop,
    ExitProgram,
    NetError,
    NotKnown,
    StoppedByCaller,
    Thrown,
)
from tests.sim.windows.powershell.functions import call_block
from tests.sim.windows.powershell.raising import exception_of
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.scripts import block_of
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import ErrorRecord
from tests.sim.windows.process import Input, Process
from tests.sim.windows.scheduler import HungForEver

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_STACK = 512 * 1024 * 1024


@dataclass
class Outcome:
    """How a program ended."""

    emitted: list[Any] = field(default_factory=list)
    out: str = ""
    err: str = ""
    exit: int = 0
    error: ErrorRecord | None = None


def carry_out(
    process: Process, text: str, arguments: tuple[Any, ...], emit: Callable[[Any], None]
) -> tuple[int, ErrorRecord | None]:
    """Run a program in a process of its own to the end; its exit code, and the error that ended it."""
    windows = process.windows
    try:
        shell = Shell(process)
        process.main = shell
        call_block(shell, block_of(text, shell), list(arguments), {}, None, emit, dotted=True)
    except ExitProgram as left:
        return left.code & 0xFFFFFFFF, None
    except Thrown as error:
        process.print_error(error.record)
        return 1, error.record
    except NetError as error:
        record = ErrorRecord(exception_of(error), error.type_name)
        process.print_error(record)
        return 1, record
    except (BreakLoop, ContinueLoop):
        return 0, None
    except StoppedByCaller:
        return 0xFFFFFFFF, None
    except NotKnown as unknown:
        windows.refuse(f"line {process.line}: {unknown}")
        raise
    finally:
        process.ended()
        with windows.ended:
            windows.ended.notify_all()
    return (0 if shell.fine else 1), None


def in_deep_thread(work: Callable[[], Any]) -> Any:
    """Run it in a thread with room for deep programs; what it raises is raised here."""
    found: list[Any] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as fault:
            faults.append(fault)

    before = threading.stack_size(_STACK)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    threading.stack_size(before)
    thread.join()
    if faults:
        raise faults[0]
    return found[0]


def run_text(windows: Windows, text: str, *, account: str = "", arguments: tuple[Any, ...] = ()) -> Outcome:
    """Run a program by itself."""
    made = Outcome()
    out, err = bytearray(), bytearray()
    process = Process(windows, Input(), out.extend, err.extend, account)
    process.output_encoding = "utf-8"
    made.exit, made.error = in_deep_thread(lambda: carry_out(process, text, arguments, made.emitted.append))
    made.out, made.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    return made


__all__ = ["HungForEver", "to_text"]
