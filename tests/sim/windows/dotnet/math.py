"""[Math], and the parsing of numbers."""

from __future__ import annotations

import math
from typing import Any

from tests.sim.windows.powershell.convert import convert
from tests.sim.windows.powershell.faults import NetError, Thrown
from tests.sim.windows.powershell.numbers import BOUNDS, to_number
from tests.sim.windows.powershell.objects import constant, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Int64


@static("Math", "Floor")
def _floor(_: Shell, given: Any) -> float:
    return float(math.floor(to_number(given)))


@static("Math", "Ceiling")
def _ceiling(_: Shell, given: Any) -> float:
    return float(math.ceil(to_number(given)))


@static("Math", "Round")
def _round(_: Shell, given: Any, digits: Any = 0) -> float:
    return float(round(float(to_number(given)), int(digits)))


@static("Math", "Truncate")
def _truncate(_: Shell, given: Any) -> float:
    return float(math.trunc(to_number(given)))


@static("Math", "Abs")
def _abs(_: Shell, given: Any) -> Any:
    number = to_number(given)
    return type(number)(abs(number))


@static("Math", "Max")
def _max(_: Shell, left: Any, right: Any) -> Any:
    return max(to_number(left), to_number(right))


@static("Math", "Min")
def _min(_: Shell, left: Any, right: Any) -> Any:
    return min(to_number(left), to_number(right))


@static("Math", "DivRem")
def _div_rem(_: Shell, left: Any, right: Any) -> Any:
    return Int64(int(to_number(left)) // int(to_number(right)))


def _parser(kind: str) -> Any:
    def parse(_: Shell, text: Any, *__: Any) -> Any:
        word = to_text(text).strip()
        if not word.lstrip("+-").isdigit():
            raise NetError("System.FormatException", "Input string was not in a correct format.", -2146233033)
        try:
            return convert(word, kind)
        except Thrown as error:
            raise NetError("System.OverflowException", error.record.exception.message, -2146233066) from None

    return parse


for _kind, (_low, _high) in BOUNDS.items():
    static(_kind, "Parse")(_parser(_kind))
    constant(_kind, "MaxValue")(lambda _, kind=_kind, high=_high: convert(high, kind))
    constant(_kind, "MinValue")(lambda _, kind=_kind, low=_low: convert(low, kind))


@static("double", "Parse")
def _double(_: Shell, text: Any, *__: Any) -> float:
    try:
        return float(to_text(text))
    except ValueError:
        raise NetError("System.FormatException", "Input string was not in a correct format.", -2146233033) from None
