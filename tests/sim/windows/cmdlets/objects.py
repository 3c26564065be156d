"""Cmdlets that take objects as they come: choose, change, sort, count."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cmp_to_key
from typing import Any

from tests.sim.windows.powershell.dispatch import execute
from tests.sim.windows.powershell.faults import NotKnown, ReturnFrom
from tests.sim.windows.powershell.functions import call_block
from tests.sim.windows.powershell.members import get_member
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.operators import compare
from tests.sim.windows.powershell.registry import COM, Call, cmdlet
from tests.sim.windows.powershell.text import folded_up, items_of, to_text, truth
from tests.sim.windows.powershell.values import NOTHING, Hashtable, Int64, Record, ScriptBlock, Wrapped, is_array, plain


def _with_item(call: Call, block: ScriptBlock, item: Any) -> list[Any]:
    """What a script block emits with that item as $_: it runs where its caller stands."""
    emitted: list[Any] = []
    scope = call.shell.scope
    before = scope.variables.get("_", NOTHING)
    scope.variables["_"] = item
    try:
        if block.parameters is not None:
            call_block(call.shell, block, [], {}, None, emitted.append, dotted=True)
        else:
            execute(call.shell, block.body, emitted.append)
    except ReturnFrom:  # in there it goes on to the next item
        pass
    finally:
        if before is NOTHING:
            scope.variables.pop("_", None)
        else:
            scope.variables["_"] = before
    return emitted


@cmdlet("ForEach-Object", "Process Begin End MemberName", positional="Process")
def _for_each(call: Call) -> Iterator[Any]:
    if "Begin" in call or "End" in call or not isinstance(call["Process"], ScriptBlock):
        raise NotKnown("ForEach-Object without a plain script block")
    for item in call.piped or []:
        yield from _with_item(call, call["Process"], item)


@cmdlet("Where-Object", "FilterScript", positional="FilterScript")
def _where(call: Call) -> Iterator[Any]:
    if not isinstance(call["FilterScript"], ScriptBlock):
        raise NotKnown("Where-Object without a script block")
    for item in call.piped or []:
        if truth(plain(folded_up(_with_item(call, call["FilterScript"], item)))):
            yield item


@cmdlet(
    "Select-Object", "Property First Last Skip ExpandProperty InputObject", switches="Unique", positional="Property"
)
def _select(call: Call) -> Iterator[Any]:
    items = list(call.piped if call.piped is not None else items_of(call["InputObject"]))
    if "Skip" in call:
        items = items[int(call["Skip"]) :]
    if "First" in call:
        items = items[: int(call["First"])]
    if "Last" in call:
        items = items[-int(call["Last"]) :] if int(call["Last"]) else []
    if call["ExpandProperty"]:
        for item in items:
            yield from items_of(get_member(call.shell, item, to_text(call["ExpandProperty"])))
        return
    if call["Property"]:
        items = [_chosen(call, item, items_of(call["Property"])) for item in items]
    if call["Unique"]:
        items = _unique(items)
    yield from items


def _chosen(call: Call, item: Any, properties: list[Any]) -> Record:
    made: list[tuple[str, Any]] = []
    for one in properties:
        if isinstance(one, Hashtable):
            name = to_text(one.get("Name") or one.get("n") or one.get("Label") or one.get("l"))
            how = one.get("Expression") or one.get("e")
            emitted = (
                _with_item(call, how, item) if isinstance(how, ScriptBlock) else [_property(call, item, to_text(how))]
            )
            given = plain(folded_up(emitted))
            made.append((name, Wrapped(given) if isinstance(given, list) else given))
        else:
            if "*" in to_text(one):
                raise NotKnown(f"Select-Object {one}")
            made.append((to_text(one), _property(call, item, to_text(one))))
    return Record(made, "Selected.System.Management.Automation.PSCustomObject")


def _property(call: Call, item: Any, name: str) -> Any:
    """Select-Object makes what is not there $null, strict or not."""
    before = call.shell.scope.strict
    call.shell.scope.strict = 0
    try:
        return get_member(call.shell, item, name)
    finally:
        call.shell.scope.strict = before


def _unique(items: list[Any]) -> list[Any]:
    """Strings by their letters, case and all."""
    found: list[Any] = []
    for item in items:
        if not any(type(item) is type(one) and item == one for one in found):
            found.append(item)
    return found


@cmdlet(
    "Sort-Object", "Property InputObject Culture", switches="Descending Unique CaseSensitive", positional="Property"
)
def _sort(call: Call) -> list[Any]:
    keys = items_of(call["Property"]) if call["Property"] is not None else [None]

    def order(left: Any, right: Any) -> int:
        for by in keys:
            a, b = _key(call, left, by), _key(call, right, by)
            sign = _ordered(a, b, exact=bool(call["CaseSensitive"]))
            if sign:
                return -sign if call["Descending"] else sign
        return 0

    found = sorted(call.piped if call.piped is not None else items_of(call["InputObject"]), key=cmp_to_key(order))
    if not call["Unique"]:
        return found
    return [item for place, item in enumerate(found) if not place or order(found[place - 1], item)]


def _key(call: Call, item: Any, by: Any) -> Any:
    """What it is sorted or grouped by: itself, a property, or what a script block says."""
    if by is None:
        return item
    if isinstance(by, ScriptBlock):
        return plain(folded_up(_with_item(call, by, item)))
    return _property(call, item, to_text(by))


def _ordered(left: Any, right: Any, *, exact: bool) -> int:
    if left is None or right is None:
        return (left is not None) - (right is not None)
    if isinstance(left, str) or isinstance(right, str):
        a, b = to_text(left), to_text(right)
        if not exact:
            a, b = a.lower(), b.lower()
        return (a > b) - (a < b)
    return 1 if compare("gt", left, right, exact=exact) else -1 if compare("lt", left, right, exact=exact) else 0


@cmdlet(
    "Measure-Object",
    "Property InputObject",
    switches="Sum Maximum Minimum Average Line Character Word",
    positional="Property",
)
def _measure(call: Call) -> list[Record]:
    items = call.piped or []
    if call["Property"]:
        items = [_property(call, item, to_text(call["Property"])) for item in items]
    numbers = (
        [to_number(item) for item in items]
        if any(call[one] for one in ("Sum", "Maximum", "Minimum", "Average"))
        else []
    )
    return [Record([
        ("Count", len(items)), ("Average", sum(numbers) / len(numbers) if call["Average"] and numbers else None),
        ("Sum", float(sum(numbers)) if call["Sum"] and numbers else None),
        ("Maximum", float(max(numbers)) if call["Maximum"] and numbers else None),
        ("Minimum", float(min(numbers)) if call["Minimum"] and numbers else None),
        ("Property", call["Property"]),
    ])]  # fmt: skip


@cmdlet("Group-Object", "Property", switches="NoElement CaseSensitive", positional="Property")
def _group(call: Call) -> list[Record]:
    groups: dict[str, tuple[str, list[Any]]] = {}
    for item in call.piped or []:
        by = call["Property"]
        name = to_text(_key(call, item, by))
        groups.setdefault(name if call["CaseSensitive"] else name.lower(), (name, []))[1].append(item)
    return [Record([("Count", len(items)), ("Name", name), ("Group", items)]) for name, items in groups.values()]


@cmdlet("Out-Null", "InputObject")
def _out_null(_: Call) -> None:
    return None


@cmdlet("Out-String", "InputObject Width", switches="Stream")
def _out_string(call: Call) -> list[str]:
    items = call.piped if call.piped is not None else [call["InputObject"]]
    if any(not isinstance(item, str) for item in items):
        raise NotKnown("Out-String of something that is no text")
    return ["".join(f"{item}\r\n" for item in items)]


@cmdlet("Write-Output", "InputObject", switches="NoEnumerate", positional="InputObject")
def _write_output(call: Call) -> list[Any]:
    given = call["InputObject"]
    if call.piped is not None:
        return call.piped
    return [given] if call["NoEnumerate"] or not is_array(given) else list(given)


@cmdlet("New-Object", "TypeName ArgumentList Property ComObject", switches="Strict", positional="TypeName ArgumentList")
def _new_object(call: Call) -> list[Any]:
    from tests.sim.windows.powershell.calls import construct

    name = to_text(call["TypeName"])
    if "ComObject" in call:
        made = COM.get(to_text(call["ComObject"]).lower())
        if made is None:
            raise NotKnown(f"New-Object -ComObject {call['ComObject']}")
        return [made(call.windows)]
    if name.lower().endswith(("psobject", "pscustomobject")):
        table = call["Property"]
        return [Record([(to_text(key), plain(item)) for key, item in table.items()] if table else [])]
    if "Property" in call:
        raise NotKnown("New-Object -Property")
    arguments = call["ArgumentList"]
    made = construct(call.shell, name, list(arguments) if isinstance(arguments, list) else
                     [] if "ArgumentList" not in call else [arguments])  # fmt: skip
    return [made]


@cmdlet("Add-Member", "InputObject MemberType Name Value NotePropertyName NotePropertyValue", switches="Force PassThru")
def _add_member(call: Call) -> list[Any]:
    items = call.piped if call.piped is not None else [call["InputObject"]]
    name = call["NotePropertyName"] or call["Name"]
    if call["MemberType"] not in (None, "NoteProperty"):
        raise NotKnown(f"Add-Member -MemberType {call['MemberType']}")
    for item in items:
        if not isinstance(item, Record):
            raise NotKnown("Add-Member to something that is no record")
        if name in item.properties and not call["Force"]:
            call.fail("MemberAlreadyExists", f'Cannot add a member with the name "{name}" because a member with that '
                      "name already exists.")  # fmt: skip
            continue
        item.properties[to_text(name)] = call["NotePropertyValue"] if "NotePropertyName" in call else call["Value"]
    return items if call["PassThru"] else []


__all__ = ["Int64"]
