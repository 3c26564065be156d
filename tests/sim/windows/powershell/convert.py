"""Casts: `[int] $x`, `[string[]] $x`, and the same where a parameter has a type."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import BOUNDS, read, sized, to_number
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.text import items_of, to_text, truth
from tests.sim.windows.powershell.types import canonical, is_a, name_of
from tests.sim.windows.powershell.values import (
    Char,
    Growing,
    Hashtable,
    NetException,
    Record,
    ScriptBlock,
    TypeName,
    is_array,
)

INVALID_CAST = "System.Management.Automation.PSInvalidCastException"
#: Casts to types of .NET, by canonical name: datetime, timespan, regex …
CASTS: dict[str, Callable[[Any], Any]] = {}


def convert(given: Any, type_name: str) -> Any:
    """The value as that type. Raises what a cast raises."""
    name = canonical(type_name)
    if name.endswith("[]"):
        return _to_array(given, name[:-2])
    simple = _SIMPLE.get(name)
    if simple is not None:
        return simple(given)
    if name in BOUNDS:
        return to_whole(given, name)
    if name in CASTS:
        return given if given is not None and not isinstance(given, str) and is_a(given, name) else CASTS[name](given)
    if given is not None and is_a(given, name):
        return given
    if given is None:
        return None
    raise NotKnown(f"a cast of {name_of(given)} to [{type_name}]")


def _to_array(given: Any, name: str) -> Any:
    if given is None:
        return None
    if name == "byte" and isinstance(given, bytearray):
        return bytearray(given)
    items = [convert(item, name) for item in items_of(given)]
    return bytearray(items) if name == "byte" else items


def to_whole(given: Any, name: str) -> int:
    """A number as a whole one of that width: rounds half to even, refuses what does not fit."""
    shown = (
        f"System.{ {'int32': 'Int32', 'int64': 'Int64', 'byte': 'Byte'}.get(name, name.title().replace('Ui', 'UI')) }"
    )
    if is_array(given) or isinstance(given, Hashtable | Record):
        fail("ConvertToFinalInvalidCastException",
             f'Cannot convert the "{to_text(given)}" value of type "{name_of(given)}" to type "{shown}".',
             INVALID_CAST)  # fmt: skip
    article = "an" if shown[7] == "I" else "a"
    number = read(given, shown) if isinstance(given, str) and not isinstance(given, Char) else to_number(given)
    low, high = BOUNDS[name]
    whole = round(number) if number == number and abs(number) != float("inf") else high + 1
    if not low <= whole <= high:
        fail("InvalidCastIConvertible", f'Cannot convert value "{to_text(given)}" to type "{shown}". Error: "Value was '
             f'either too large or too small for {article} {shown[7:]}."', INVALID_CAST)  # fmt: skip
    return sized(whole, name)


def _to_string(given: Any) -> str:
    return to_text(given)


def _to_char(given: Any) -> Char:
    if isinstance(given, int) and not isinstance(given, bool):
        return Char(chr(given))
    text = to_text(given)
    if len(text) != 1:
        fail("InvalidCastFromStringToChar", f'Cannot convert value "{text}" to type "System.Char". '
             'Error: "String must be exactly one character long."', INVALID_CAST)  # fmt: skip
    return Char(text)


def _to_double(given: Any) -> float:
    return float(read(given, "System.Double") if isinstance(given, str) else to_number(given))


def _to_record(given: Any) -> Any:
    if isinstance(given, Hashtable):
        return Record([(to_text(key), item) for key, item in given.items()])
    return given


def _to_hashtable(given: Any) -> Any:
    if given is None or isinstance(given, Hashtable):
        return given
    return fail("ConvertToFinalInvalidCastException", f'Cannot convert the "{to_text(given)}" value of type '
                f'"{name_of(given)}" to type "System.Collections.Hashtable".', INVALID_CAST)  # fmt: skip


def _to_block(given: Any) -> Any:
    if given is None or isinstance(given, ScriptBlock):
        return given
    raise NotKnown("text as a script block by a cast")


def _to_list(given: Any) -> Any:
    return Growing(items_of(given))


def _to_type(given: Any) -> TypeName:
    return given if isinstance(given, TypeName) else TypeName(to_text(given))


def _to_exception(given: Any) -> Any:
    return given if isinstance(given, NetException) else NetException("System.Exception", to_text(given))


def _to_bool(given: Any) -> bool:
    return truth(given)


def _as_it_is(given: Any) -> Any:
    return given


_SIMPLE: dict[str, Callable[[Any], Any]] = {
    "string": _to_string, "boolean": _to_bool, "management.automation.switchparameter": _to_bool, "char": _to_char,
    "double": _to_double, "single": _to_double, "object": _as_it_is, "management.automation.psobject": _as_it_is,
    "management.automation.pscustomobject": _to_record, "collections.hashtable": _to_hashtable,
    "collections.idictionary": _to_hashtable, "management.automation.scriptblock": _to_block,
    "collections.arraylist": _to_list, "type": _to_type, "exception": _to_exception, "void": _as_it_is,
    "array": lambda given: items_of(given), "decimal": _to_double,
}  # fmt: skip


def attempt(given: Any, type_name: str, added: Container[str]) -> Any:
    """`-as`: $null where a cast would fail, or a type is neither there nor was added to the process."""
    from tests.sim.windows.powershell.faults import Thrown
    from tests.sim.windows.powershell.objects import CONSTANTS, MAKERS, STATICS

    if type_name.lower() == "type" and isinstance(given, str):
        name = given.lower().removeprefix("system.")
        return TypeName(given) if any(name in table for table in (added, STATICS, CONSTANTS, MAKERS)) else None
    try:
        return convert(given, type_name)
    except (Thrown, NetError):
        return None


def is_net(given: Any) -> bool:
    """Whether it is an object of a class of ours."""
    return isinstance(given, NetObject)
