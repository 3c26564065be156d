"""`-f` and `.ToString(format)`: the standard and custom formats that our programs use, in the invariant culture."""

from __future__ import annotations

import re
from typing import Any

from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import BOUNDS
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.types import canonical, name_of

_PLACE = re.compile(r"\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::((?:[^{}]|\}\})*))?\}|[{}]")


def composed(template: str, arguments: list[Any]) -> str:
    """`template -f arguments`."""

    def one(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise NetError("System.FormatException", "Input string was not in a correct format.", -2146233033)
        if int(found[1]) >= len(arguments):
            raise NetError("System.FormatException", "Index (zero based) must be greater than or equal to zero and "
                           "less than the size of the argument list.", -2146233033)  # fmt: skip
        text = formatted(arguments[int(found[1])], found[3] or "")
        width = int(found[2] or 0)
        return text.ljust(-width) if width < 0 else text.rjust(width)

    return _PLACE.sub(one, template)


def formatted(given: Any, form: str) -> str:
    """One value by one format."""
    if not form:
        return to_text(given)
    if isinstance(given, NetObject) and hasattr(given, "formatted"):
        return str(given.formatted(form))
    if isinstance(given, int) and not isinstance(given, bool):
        return _whole(given, form)
    if isinstance(given, float):
        return _float(given, form)
    return to_text(given)


def _whole(number: int, form: str) -> str:
    letter, digits = form[0].upper(), form[1:]
    if letter == "X" and (digits == "" or digits.isdigit()):
        low, high = BOUNDS[canonical(name_of(number))]
        shown = f"{int(number) % (high - low + 1):X}"
        return (shown if form[0] == "X" else shown.lower()).zfill(int(digits or 0))
    if letter == "D" and (digits == "" or digits.isdigit()):
        return ("-" if number < 0 else "") + str(abs(int(number))).zfill(int(digits or 0))
    if re.fullmatch("0+", form):
        return ("-" if number < 0 else "") + str(abs(int(number))).zfill(len(form))
    return _float(float(number), form)


def _float(number: float, form: str) -> str:
    letter, digits = form[0].upper(), form[1:]
    if letter == "N" and (digits == "" or digits.isdigit()):
        return f"{number:,.{int(digits or 2)}f}"
    if letter == "F" and (digits == "" or digits.isdigit()):
        return f"{number:.{int(digits or 2)}f}"
    if letter == "P" and (digits == "" or digits.isdigit()):
        return f"{number * 100:,.{int(digits or 2)}f} %"
    custom = re.fullmatch(r"(0+)(?:\.(0*)(#*))?", form)
    if custom:
        fixed, loose = len(custom[2] or ""), len(custom[3] or "")
        text = f"{abs(number):.{fixed + loose}f}"
        for _ in range(loose):
            text = text.removesuffix("0")
        whole, _, rest = text.partition(".")
        return ("-" if number < 0 else "") + whole.zfill(len(custom[1])) + (f".{rest}" if rest else "")
    raise NotKnown(f"the format {form!r}")
