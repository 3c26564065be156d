"""Making errors that a program can catch."""

from __future__ import annotations

from typing import Any, NoReturn

from tests.sim.windows.powershell.faults import NetError, Thrown
from tests.sim.windows.powershell.values import ErrorRecord, NetException

RUNTIME = "System.Management.Automation.RuntimeException"
_RUNTIME_HRESULT = -2146233087


def fail(identity: str, message: str, type_name: str = RUNTIME, hresult: int = _RUNTIME_HRESULT,
         target: Any = None) -> NoReturn:  # fmt: skip
    """Raise an error of the engine or of a cmdlet that stops."""
    raise Thrown(ErrorRecord(NetException(type_name, message, hresult), identity, target=target))


def exception_of(error: NetError) -> NetException:
    """The exception object behind an error of .NET."""
    made = NetException(error.type_name, error.message, error.hresult)
    made.native = error.args[1] if len(error.args) > 1 else None
    return made


def wrapped(error: NetError, name: str, count: int) -> Thrown:
    """How the engine hands on what a method threw: inside a MethodInvocationException (HResult 0x80131501)."""
    inner = exception_of(error)
    message = f'Exception calling "{name}" with "{count}" argument(s): "{error.message}"'
    outer = NetException("System.Management.Automation.MethodInvocationException", message, _RUNTIME_HRESULT, inner)
    return Thrown(ErrorRecord(outer, error.type_name.rpartition(".")[2]))


def win32(code: int, message: str, type_name: str = "System.IO.IOException") -> NetError:
    """An error of .NET from an error code of Windows."""
    return NetError(type_name, message, (0x80070000 | code) - 0x100000000)
