"""Numbers: literals, widths, and arithmetic that goes to a double where an Int32 or an Int64 is too small."""

from __future__ import annotations

import re
from typing import Any

from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.values import (
    Byte,
    Char,
    Enumerated,
    Int16,
    Int64,
    UInt16,
    UInt32,
    UInt64,
    Wide,
)

BOUNDS: dict[str, tuple[int, int]] = {
    "int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1), "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1), "int16": (-(2**15), 2**15 - 1), "uint16": (0, 2**16 - 1), "byte": (0, 255),
}  # fmt: skip
_CLASSES: dict[str, type[int]] = {"int32": int, "int64": Int64, "uint32": UInt32, "uint64": UInt64, "int16": Int16,
                                  "uint16": UInt16, "byte": Byte}  # fmt: skip
_FACTORS = {"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
_LITERAL = re.compile(r"(0x[0-9a-f]+|\d+)(l?)(kb|mb|gb|tb|pb)?", re.IGNORECASE)


def sized(number: int, kind: str) -> int:
    """That number as that type, which must hold it."""
    return _CLASSES[kind](number)


def natural(number: int) -> int | float:
    """A whole number as the smallest of Int32, Int64 and double that holds it."""
    for kind in ("int32", "int64"):
        low, high = BOUNDS[kind]
        if low <= number <= high:
            return sized(number, kind)
    return float(number)


def literal(text: str) -> int | float | None:
    """A number as it is written in a program; None when it is no whole number."""
    found = _LITERAL.fullmatch(text)
    if not found:
        return None
    digits, long, factor = found[1].lower(), found[2], (found[3] or "").lower()
    if digits.startswith("0x"):
        width = 32 if len(digits) <= 10 else 64
        number = int(digits, 16)
        number -= (1 << width) if number >> (width - 1) else 0
    else:
        number = int(digits)
    number *= _FACTORS[factor]
    return Int64(number) if long else natural(number)


def to_number(given: Any) -> int | float:
    """An operand of arithmetic: $null is 0, text is read, a boolean is 0 or 1."""
    if given is None:
        return 0
    if isinstance(given, bool):
        return int(given)
    if isinstance(given, Enumerated):
        return int(given)
    if isinstance(given, int | float):
        return given
    if isinstance(given, Char):
        return ord(given)
    if isinstance(given, str):
        return read(given)
    return fail("InvalidCastFromAnyTypeToNumber", f"Cannot convert a value of type {type(given).__name__} to a number.",
                "System.Management.Automation.PSInvalidCastException")  # fmt: skip


def read(text: str, kind: str = "System.Int32") -> int | float:
    """Text as a number, as a cast reads it: blanks around it, 0x, exponents, thousands."""
    stripped = text.strip()
    if not stripped:
        return 0
    sign, rest = (-1, stripped[1:]) if stripped.startswith("-") else (1, stripped.removeprefix("+"))
    whole = literal(rest.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d+)+", rest) else rest)
    if whole is not None:
        return natural(sign * int(whole)) if isinstance(whole, int) else sign * whole
    if re.fullmatch(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", rest, re.IGNORECASE):
        return sign * float(rest)
    return fail("InvalidCastFromStringToInteger", f'Cannot convert value "{text}" to type "{kind}". '
                'Error: "Input string was not in a correct format."',
                "System.Management.Automation.PSInvalidCastException")  # fmt: skip


def _width(left: int, right: int) -> str:
    """The type of a result of two whole numbers."""
    kinds = {type(left), type(right)}
    if UInt64 in kinds:
        return "uint64"
    if Int64 in kinds or (UInt32 in kinds and kinds != {UInt32}):
        return "int64"
    return "uint32" if kinds == {UInt32} else "int32"


def arithmetic(operator: str, left: int | float, right: int | float) -> int | float:
    """`+ - * / %` of two numbers."""
    if isinstance(left, float) or isinstance(right, float):
        return _floating(operator, float(left), float(right))
    if operator in "/%" and right == 0:
        fail("RuntimeException", "Attempted to divide by zero.")
    a, b = int(left), int(right)
    if operator == "/":
        if a % b:
            return a / b
        result = a // b
    elif operator == "%":
        result = abs(a) % abs(b) * (-1 if a < 0 else 1)
    else:
        result = {"+": a + b, "-": a - b, "*": a * b}[operator]
    kind = _width(left, right)
    low, high = BOUNDS[kind]
    return sized(result, kind) if low <= result <= high else float(result)


def _floating(operator: str, left: float, right: float) -> float:
    if operator in "/%" and right == 0:
        return float("nan") if left == 0 or operator == "%" else float("inf") * (1 if left > 0 else -1)
    if operator == "/":
        return left / right
    if operator == "%":
        return abs(left) % abs(right) * (-1 if left < 0 else 1)
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def is_wide(given: Any) -> bool:
    """Whether it is a whole number of a type other than Int32."""
    return isinstance(given, Wide)
