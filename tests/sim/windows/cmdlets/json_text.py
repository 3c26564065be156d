"""ConvertTo-Json and ConvertFrom-Json with the oddities of 5.1 (windows.md 1.7)."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.sim.windows.dotnet.dates import UTC_KIND, DateTime
from tests.sim.windows.dotnet.system import Guid
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.numbers import natural
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.text import number_text, to_text, truth
from tests.sim.windows.powershell.unicode import units
from tests.sim.windows.powershell.values import (
    NOTHING,
    Char,
    Enumerated,
    ErrorRecord,
    Hashtable,
    NetException,
    Record,
    ScriptBlock,
    TypeName,
    Wrapped,
)

#: JavaScriptSerializer takes no longer text (UNVERIFIED on 5.1).
LONGEST = 2 * 1024 * 1024
_EPOCH = 621355968000000000
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f",
            "<": "\\u003c", ">": "\\u003e", "'": "\\u0027", "&": "\\u0026", "\x85": "\\u0085", "\u2028": "\\u2028",
            "\u2029": "\\u2029"}  # fmt: skip


@cmdlet("ConvertTo-Json", "InputObject Depth", switches="Compress", positional="InputObject")
def _to_json(call: Call) -> list[str]:
    if call.piped is not None:
        if not call.piped:
            return []
        given = call.piped[0] if len(call.piped) == 1 else list(call.piped)
    else:
        given = call["InputObject"]
    depth = 2 if "Depth" not in call else int(call["Depth"])
    if not 1 <= depth <= 100:
        raise NotKnown(f"-Depth {depth}")
    return [_written(given, 0, depth, "" if call["Compress"] else "\r\n")]


def text(value: str) -> str:
    """A string as 5.1 writes it: <, >, & and ' escaped, other letters as they are."""
    out = []
    for mark in value:
        out.append(_ESCAPED.get(mark) or (f"\\u{ord(mark):04x}" if ord(mark) < 32 else mark))
    return '"' + "".join(out) + '"'


def _simple(value: Any) -> str | None:
    if value is None:
        return "null"
    if value is NOTHING:
        return "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Char | str):
        return text(value)
    if isinstance(value, Enumerated | int):
        return str(int(value))
    if isinstance(value, float):
        if value != value or abs(value) == float("inf"):
            return text(number_text(value))
        shown = repr(value)
        return shown if any(mark in shown for mark in ".e") else f"{shown}.0"
    if isinstance(value, DateTime):
        milliseconds = (value.universal().count - _EPOCH) // 10_000
        return f'"\\/Date({milliseconds})\\/"'
    if isinstance(value, Guid):
        return text(to_text(value))
    return None


def _written(value: Any, level: int, depth: int, newline: str) -> str:
    """Deeper than allowed, an object becomes its text without a word."""
    simple = _simple(value)
    if simple is not None:
        return simple
    if isinstance(value, ScriptBlock | TypeName):
        raise NotKnown(f"ConvertTo-Json of a {type(value).__name__}")
    if level > depth:
        return text(to_text(value))
    if isinstance(value, Wrapped):
        return _object([("value", list(value)), ("Count", len(value))], level, depth, newline)
    if isinstance(value, list | bytearray):
        return _array(list(value), level, depth, newline)
    if isinstance(value, Hashtable):
        for key in value.keys():  # noqa: SIM118
            if not isinstance(key, str):
                fail("NonStringKeyInDictionary,Microsoft.PowerShell.Commands.ConvertToJsonCommand",
                     f"The type '{value.type_name}' is not supported for serialization or deserialization of a "
                     "dictionary. Keys must be strings.", "System.InvalidOperationException")  # fmt: skip
        return _object(value.items(), level, depth, newline)
    if isinstance(value, Record):
        return _object(list(value.items()), level, depth, newline)
    if isinstance(value, NetObject | NetException | ErrorRecord):
        raise NotKnown(f"ConvertTo-Json of a {type(value).__name__}: choose what is wanted of it")
    raise NotKnown(f"ConvertTo-Json of a {type(value).__name__}")


def _array(items: list[Any], level: int, depth: int, newline: str) -> str:
    if not items:
        return "[]" if not newline else f"[{newline}{newline}{' ' * 4 * level}]"
    pad = " " * 4 * (level + 1) if newline else ""
    inner = f",{newline}".join(pad + _written(item, level + 1, depth, newline) for item in items)
    return f"[{newline}{inner}{newline}{' ' * 4 * level if newline else ''}]"


def _object(pairs: list[tuple[Any, Any]], level: int, depth: int, newline: str) -> str:
    if not pairs:
        return "{}" if not newline else f"{{{newline}{newline}{' ' * 4 * level}}}"
    pad = " " * 4 * (level + 1) if newline else ""
    colon = ":  " if newline else ":"
    inner = f",{newline}".join(
        f"{pad}{text(to_text(key))}{colon}{_written(item, level + 1, depth, newline)}" for key, item in pairs
    )
    return f"{{{newline}{inner}{newline}{' ' * 4 * level if newline else ''}}}"


@cmdlet("ConvertFrom-Json", "InputObject", positional="InputObject")
def _from_json(call: Call) -> list[Any]:
    """An array comes out as one object: 5.1 does not take it apart."""
    words = call.piped if call.piped is not None else [call["InputObject"]]
    whole = "\n".join(to_text(word) for word in words)
    if len(whole) > LONGEST:
        fail("System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand", "Error "
             "during serialization or deserialization using the JSON JavaScriptSerializer. The length of the string "
             "exceeds the value set on the maxJsonLength property.",
             "System.ArgumentException", -2147024809)  # fmt: skip
    if re.search(r'(?<!\\)"\\/Date\(', whole):  # only a string that begins so is taken for a date
        raise NotKnown("ConvertFrom-Json of a date in its own form")
    if not whole.strip():
        return []
    try:
        found = _units(json.loads(whole, object_pairs_hook=_record, parse_int=_whole, parse_constant=_constant))
    except ValueError as error:
        fail("System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
             f"Invalid JSON primitive: {error}", "System.ArgumentException", -2147024809)  # fmt: skip
    return [Wrapped(found) if isinstance(found, list) else found]


def _whole(digits: str) -> int | float:
    return natural(int(digits))


def _constant(word: str) -> Any:
    raise ValueError(word)


def _record(pairs: list[tuple[str, Any]]) -> Record:
    made = Record()
    for name, item in pairs:
        if name == "":
            fail("EmptyKeyInJsonString", "The provided JSON includes a property whose name is an empty string, which "
                 "is not supported.", "System.InvalidOperationException")  # fmt: skip
        if units(name) in made.properties and units(name) not in [one for one, _ in made.items()]:
            fail("KeysWithDifferentCasingInJsonString", f"Cannot convert the JSON string because a dictionary that was "
                 f"converted from the string contains the duplicated keys that differ in case: '{name}'.",
                 "System.InvalidOperationException")  # fmt: skip
        made.properties[units(name)] = _units(item)
    return made


def _units(item: Any) -> Any:
    if isinstance(item, str):
        return units(item)
    if isinstance(item, list):
        return [_units(one) for one in item]
    return item


__all__ = ["UTC_KIND", "truth"]
