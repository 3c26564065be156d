"""`.Name`, `[index]`, `::Name`: what a value has, and what strict mode says of what it has not."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.convert import convert
from tests.sim.windows.powershell.dispatch import evaluate, expression, value
from tests.sim.windows.powershell.faults import NetError, NotKnown, Thrown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import (
    CONSTANTS,
    PROPERTIES,
    STATIC_SETTERS,
    NetObject,
)
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.types import canonical, name_of
from tests.sim.windows.powershell.values import (
    NOTHING,
    ErrorRecord,
    Hashtable,
    NetException,
    Record,
    TypeName,
    is_array,
    plain,
)

_MISSING = object()


def member_name(shell: Shell, node: Node) -> str:
    """How the member after the dot is called."""
    inner = node.kids[0] if node.kids else node
    return inner.text if inner.kind == "simple_name" else to_text(value(shell, inner))


@expression("member_access")
def _member(shell: Shell, node: Node) -> Any:
    owner, name = value(shell, node.kids[0]), member_name(shell, node.kids[1])
    if "::" in node.tokens:
        return static_member(shell, owner, name)
    if "?." in node.tokens:
        raise NotKnown(f"line {node.line}: ?. is newer than 5.1")
    return get_member(shell, owner, name)


def static_member(shell: Shell, owner: Any, name: str) -> Any:
    """`[Type]::Name`."""
    if not isinstance(owner, TypeName):
        raise NotKnown(f":: behind {type(owner).__name__}")
    table = CONSTANTS.get(canonical(owner.name))
    if table is None or name.lower() not in table:
        raise NotKnown(f"[{owner.name}]::{name}")
    return table[name.lower()](shell)


def get_member(shell: Shell, owner: Any, name: str) -> Any:
    """`.Name` of a value."""
    found = _look(shell, owner, name)
    if found is not _MISSING:
        return found
    if is_array(owner):
        return _of_each(shell, owner, name)
    return absent(shell, owner, name)


def absent(shell: Shell, owner: Any, name: str) -> Any:
    """What is not there: $null, or an error in strict mode; but a property of .NET that we lack is not known."""
    if isinstance(owner, NetObject | TypeName) and name.lower() not in ("count", "length"):
        raise NotKnown(f"the property {name} of {name_of(owner)}")
    if isinstance(owner, Record) and not owner.type_name.endswith("PSCustomObject"):
        raise NotKnown(f"the property {name} of {owner.type_name}")
    if shell.strict >= 2:
        fail("PropertyNotFoundStrict", f"The property '{name}' cannot be found on this object. "
             "Verify that the property exists.", "System.Management.Automation.PropertyNotFoundException")  # fmt: skip
    if name.lower() in ("count", "length"):
        return 0 if owner is None else 1
    return None


def _of_each(shell: Shell, owner: list[Any] | bytearray, name: str) -> Any:
    """A property of every item of an array that has it."""
    found = []
    for item in owner:
        one = _look(shell, item, name)
        if one is _MISSING:
            if shell.strict >= 2:
                absent(shell, item, name)
            continue
        found += list(one) if is_array(one) else [one]
    if not found:
        return absent(shell, owner, name) if shell.strict >= 2 else None
    return found[0] if len(found) == 1 else found


def _look(shell: Shell, owner: Any, name: str) -> Any:
    lower = name.lower()
    if isinstance(owner, Hashtable):
        return _of_table(owner, name)
    if isinstance(owner, Record):
        return owner.get(name) if name in owner.properties else _MISSING
    if isinstance(owner, ErrorRecord):
        return _of_error(owner, lower)
    if isinstance(owner, NetException):
        return _of_exception(owner, lower)
    if isinstance(owner, TypeName) and lower in ("name", "fullname"):
        return owner.name if lower == "fullname" else owner.name.rpartition(".")[2]
    if isinstance(owner, NetObject):
        python = owner.net_properties.get(lower)
        if python is not None:
            return getattr(owner, python)()
        found = owner.look(name) if hasattr(owner, "look") else _MISSING
        return _MISSING if found is NOTHING else found
    for kind in type(owner).__mro__:
        if (kind, lower) in PROPERTIES:
            return PROPERTIES[kind, lower](shell, owner)
    return _MISSING


def _of_table(owner: Hashtable, name: str) -> Any:
    """A key goes before a property."""
    if name in owner:
        return plain(owner.get(name))
    own = {"count": len, "keys": Hashtable.keys, "values": Hashtable.values}.get(name.lower())
    return own(owner) if own else _MISSING


def _of_error(record: ErrorRecord, lower: str) -> Any:
    if lower == "exception":
        return record.exception
    if lower == "fullyqualifiederrorid":
        return record.identity
    if lower == "targetobject":
        return record.target
    if lower == "categoryinfo":
        return Record([("Category", record.category), ("Reason", record.exception.type_name.rpartition(".")[2])])
    if lower == "invocationinfo":
        return Record([("ScriptLineNumber", record.line), ("PositionMessage", f"At line:{record.line} char:1")])
    if lower == "scriptstacktrace":
        return f"at <ScriptBlock>, <No file>: line {record.line}"
    if lower == "errordetails":
        return None
    raise NotKnown(f"the property {lower} of an ErrorRecord")


def _of_exception(exception: NetException, lower: str) -> Any:
    known = {"message": exception.message, "hresult": exception.hresult, "innerexception": exception.inner}
    if lower in known:
        return known[lower]
    if lower == "nativeerrorcode" and exception.native is not None:
        return exception.native
    if lower == "errorrecord":
        return ErrorRecord(exception, exception.type_name)
    if lower in ("stacktrace", "source"):
        return ""
    return _MISSING


@expression("element_access")
def _element(shell: Shell, node: Node) -> Any:
    return get_item(value(shell, node.kids[0]), value(shell, node.kids[1]))


def get_item(owner: Any, key: Any) -> Any:
    """`$owner[$key]`; out of an array's bounds is $null."""
    if isinstance(owner, Hashtable):
        if is_array(key):
            return [plain(owner.get(one)) for one in key]
        if owner.ordered and isinstance(key, int) and not isinstance(key, bool):
            values = owner.values()
            return plain(values[key]) if -len(values) <= key < len(values) else None
        if owner.exact and owner.strictly and key not in owner:
            raise NetError("System.Collections.Generic.KeyNotFoundException",
                           "The given key was not present in the dictionary.", -2146232969)  # fmt: skip
        return plain(owner.get(key))
    if isinstance(owner, list | bytearray | str):
        if is_array(key):
            return [one for one in (_at(owner, int(to_number(place))) for place in key) if one is not _MISSING]
        found = _at(owner, int(to_number(key)))
        return None if found is _MISSING else found
    if isinstance(owner, NetObject) and hasattr(owner, "item"):
        return owner.item(key)
    if owner is None:
        return fail("NullArray", "Cannot index into a null array.")
    return fail("CannotIndex", f"Unable to index into an object of type {name_of(owner)}.")


def _at(owner: list[Any] | bytearray | str, place: int) -> Any:
    from tests.sim.windows.powershell.values import Byte, Char

    if not -len(owner) <= place < len(owner):
        return _MISSING
    found = owner[place]
    if isinstance(owner, str):
        return Char(found)
    return Byte(found) if isinstance(owner, bytearray) else found


def set_member(shell: Shell, owner: Any, name: str, given: Any, *, static: bool) -> None:
    """`.Name = …`."""
    if static:
        table = STATIC_SETTERS.get(canonical(owner.name), {}) if isinstance(owner, TypeName) else {}
        if name.lower() not in table:
            raise NotKnown(f"[{to_text(owner)}]::{name} = …")
        table[name.lower()](shell, given)
    elif isinstance(owner, Hashtable):
        owner[name] = given
    elif isinstance(owner, Record) and name in owner.properties:
        owner.properties[name] = given
    elif isinstance(owner, NetObject) and name.lower() in owner.net_setters:
        getattr(owner, owner.net_setters[name.lower()])(given)
    elif isinstance(owner, NetObject):
        raise NotKnown(f"{name_of(owner)}.{name} = …")
    else:
        fail("PropertyAssignmentException", f"The property '{name}' cannot be found on this object. "
             "Verify that the property exists and can be set.")  # fmt: skip


__all__ = ["Thrown", "convert", "evaluate", "get_item", "get_member", "member_name", "set_member"]
