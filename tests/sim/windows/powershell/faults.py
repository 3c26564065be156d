"""What ends a program other than its last line: errors that can be caught, and ways out that cannot."""

from __future__ import annotations

from typing import Any


class NotKnown(BaseException):
    """The stand-in was asked for what it does not know: no program may catch it, and no test may pass over it."""


class Thrown(Exception):
    """An error of the program, with its ErrorRecord."""

    def __init__(self, record: Any) -> None:
        super().__init__(str(record.exception.message))
        self.record = record


class NetError(Exception):
    """An exception of .NET that a method throws; how the program sees it is decided where the method is called."""

    def __init__(self, type_name: str, message: str, hresult: int = -2146233088) -> None:
        super().__init__(message)
        self.type_name, self.message, self.hresult = type_name, message, hresult


class ReturnFrom(Exception):
    """`return`: what it hands back was emitted already."""


class BreakLoop(Exception):
    """`break`."""


class ContinueLoop(Exception):
    """`continue`."""


class ExitProgram(BaseException):
    """`exit N`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class StoppedByCaller(BaseException):
    """The runspace was stopped from outside: nothing in the program catches that, `finally` still runs."""
