"""The members of arrays, lists and @{}."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import (
    NetObject,
    method_of,
    prop,
    property_of,
    static,
)
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import NOTHING, Growing, Hashtable


@property_of(list, "Count")
@property_of(list, "Length")
def _count(_: Shell, given: list[Any]) -> int:
    return len(given)


@property_of(bytearray, "Count")
@property_of(bytearray, "Length")
def _bytes_count(_: Shell, given: bytearray) -> int:
    return len(given)


def _fixed(given: list[Any]) -> None:
    if not isinstance(given, Growing):
        raise NetError("System.NotSupportedException", "Collection was of a fixed size.", -2146233067)


@property_of(bool, "IsPresent")
def _is_present(_: Shell, given: bool) -> bool:
    return given


@method_of(list, "Add")
def _add(_: Shell, given: list[Any], item: Any) -> Any:
    """An ArrayList says where it put it, and so emits it; a List[T] does not."""
    _fixed(given)
    given.append(item)
    return len(given) - 1 if given.type_name.endswith("ArrayList") else NOTHING  # type: ignore[attr-defined]


@method_of(list, "AddRange")
def _add_range(_: Shell, given: list[Any], items: Any) -> Any:
    _fixed(given)
    given.extend(items_of(items))
    return NOTHING


@method_of(list, "Insert")
def _insert(_: Shell, given: list[Any], place: Any, item: Any) -> Any:
    _fixed(given)
    given.insert(int(place), item)
    return NOTHING


@method_of(list, "RemoveAt")
def _remove_at(_: Shell, given: list[Any], place: Any) -> Any:
    _fixed(given)
    del given[int(place)]
    return NOTHING


@method_of(list, "Remove")
def _remove(_: Shell, given: list[Any], item: Any) -> Any:
    _fixed(given)
    found = item in given
    if found:
        given.remove(item)
    return NOTHING if given.type_name.endswith("ArrayList") else found  # type: ignore[attr-defined]


@method_of(list, "Clear")
def _clear(_: Shell, given: list[Any]) -> Any:
    _fixed(given)
    given.clear()
    return NOTHING


@method_of(list, "Contains")
def _contains(_: Shell, given: list[Any], item: Any) -> bool:
    return any(type(one) is type(item) and one == item for one in given)


@method_of(list, "IndexOf")
def _index_of(_: Shell, given: list[Any], item: Any) -> int:
    return given.index(item) if item in given else -1


@method_of(list, "ToArray")
def _to_array(_: Shell, given: list[Any]) -> list[Any]:
    return list(given)


@method_of(list, "Sort")
def _sort(_: Shell, given: list[Any], comparer: Any = None) -> Any:
    _sort_in_place(given, comparer)
    return NOTHING


def _sort_in_place(given: list[Any], comparer: Any) -> None:
    if comparer is None and any(isinstance(item, str) for item in given):
        given.sort(key=lambda item: (to_text(item).lower(), to_text(item)))
    elif comparer is None:
        given.sort()
    else:
        given.sort(key=lambda item: comparer.folded(to_text(item)))


@static("Array", "Sort")
def _array_sort(_: Shell, given: Any, comparer: Any = None) -> Any:
    _sort_in_place(given, comparer)
    return NOTHING


@static("Array", "Reverse")
def _array_reverse(_: Shell, given: Any) -> Any:
    given.reverse()
    return NOTHING


@static("Array", "IndexOf")
def _array_index(_: Shell, given: Any, item: Any) -> int:
    return given.index(item) if item in given else -1


@method_of(Hashtable, "ContainsKey")
@method_of(Hashtable, "Contains")
def _contains_key(_: Shell, given: Hashtable, key: Any) -> bool:
    return key in given


@method_of(Hashtable, "Add")
def _table_add(_: Shell, given: Hashtable, key: Any, item: Any) -> Any:
    given.add(key, item)
    return NOTHING


@method_of(Hashtable, "Remove")
def _table_remove(_: Shell, given: Hashtable, key: Any) -> Any:
    found = given.remove(key)
    return found if given.exact else NOTHING


@method_of(Hashtable, "Clear")
def _table_clear(_: Shell, given: Hashtable) -> Any:
    given.clear()
    return NOTHING


@method_of(Hashtable, "GetEnumerator")
def _enumerator(_: Shell, given: Hashtable) -> list[Any]:
    return [Pair(key, item) for key, item in given.items()]


@method_of(Hashtable, "ContainsValue")
def _contains_value(_: Shell, given: Hashtable, item: Any) -> bool:
    return item in given.values()


class Pair(NetObject):
    """One entry of a dictionary."""

    type_name: ClassVar[str] = "System.Collections.DictionaryEntry"

    def __init__(self, key: Any, item: Any) -> None:
        self._key, self._item = key, item

    @prop("Key")
    def key(self) -> Any:
        """Its key."""
        return self._key

    @prop("Value")
    def value(self) -> Any:
        """Its value."""
        return self._item


Pair.net_properties["name"] = "key"
