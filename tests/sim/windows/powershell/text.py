"""Values as text, as truth and as a row of items, by the rules of the language."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.types import name_of
from tests.sim.windows.powershell.values import (
    NOTHING,
    Enumerated,
    ErrorRecord,
    Hashtable,
    NetException,
    Record,
    ScriptBlock,
    TypeName,
)


def to_text(value: Any) -> str:
    """What `"$($value)"` gives: the invariant culture, arrays joined by a blank, $null as nothing."""
    if value is None or value is NOTHING:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, Enumerated):
        return value.name
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list | bytearray):
        return " ".join(to_text(item) for item in value)
    return _object_text(value)


def _object_text(value: Any) -> str:
    if isinstance(value, ErrorRecord):
        return value.exception.message
    if isinstance(value, NetException):
        return f"{value.type_name}: {value.message}"
    if isinstance(value, ScriptBlock):
        return value.text
    if isinstance(value, TypeName):
        return value.name
    if isinstance(value, NetObject):
        return value.text()
    if isinstance(value, Record):
        if value.type_name.endswith("PSCustomObject"):
            return "@{" + "; ".join(f"{name}={to_text(item)}" for name, item in value.items()) + "}"
        return value.type_name
    if isinstance(value, Hashtable):
        return value.type_name
    return name_of(value)


def number_text(value: float) -> str:
    """A double as .NET Framework prints it: up to 15 digits."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = f"{value:.15G}"
    if "E" in text:
        digits, _, power = text.partition("E")
        if -5 <= int(power) < 15:
            return f"{value:f}".rstrip("0").rstrip(".")
        return f"{digits}E{power[0]}{power[1:].lstrip('0').zfill(2)}"
    return text


def truth(value: Any) -> bool:
    """Whether `if ($value)` goes in: an array of one asks its item, of more is true."""
    if isinstance(value, list | bytearray):
        if len(value) == 1:
            return truth(value[0])
        return len(value) > 1
    if isinstance(value, Hashtable | Record):
        return True
    if isinstance(value, str | int | float):
        return bool(value)
    return value is not None and value is not NOTHING


def items_of(value: Any) -> list[Any]:
    """The items that a pipeline takes a value apart into: $null is one item, a hashtable is one, an array its own."""
    if value is NOTHING:
        return []
    if isinstance(value, list | bytearray):
        return list(value)
    if isinstance(value, NetObject) and hasattr(value, "enumerated"):
        return list(value.enumerated())
    return [value]


def folded_up(emitted: list[Any]) -> Any:
    """What a variable gets from what was emitted: nothing is $null, one is itself, more are an array."""
    if not emitted:
        return NOTHING
    return emitted[0] if len(emitted) == 1 else list(emitted)
