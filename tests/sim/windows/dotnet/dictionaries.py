"""Lists, dictionaries, sets and stacks that New-Object makes, and what compares their keys."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import (
    NetObject,
    constant,
    maker,
    method,
    prop,
)
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import NOTHING, Growing, Hashtable


class Comparer(NetObject):
    """[StringComparer]."""

    type_name: ClassVar[str] = "System.StringComparer"

    def __init__(self, *, fold: bool) -> None:
        self.fold = fold

    def folded(self, text: str) -> str:
        """What two equal texts have in common; ordinal ignores case by upper case."""
        return "".join(mark.upper() if len(mark.upper()) == 1 else mark for mark in text) if self.fold else text

    @method("Compare")
    def compare(self, left: Any, right: Any) -> int:
        """Which comes first."""
        a, b = self.folded(to_text(left)), self.folded(to_text(right))
        return (a > b) - (a < b)

    @method("Equals")
    def equals(self, left: Any, right: Any) -> bool:
        """Whether they are one."""
        return self.folded(to_text(left)) == self.folded(to_text(right))


for _name, _folds in (("Ordinal", False), ("OrdinalIgnoreCase", True), ("InvariantCultureIgnoreCase", True),
                      ("CurrentCultureIgnoreCase", True)):  # fmt: skip
    constant("StringComparer", _name)(lambda _, fold=_folds: Comparer(fold=fold))


class StringSet(NetObject):
    """A HashSet[string]."""

    type_name: ClassVar[str] = "System.Collections.Generic.HashSet`1[System.String]"

    def __init__(self, *given: Any) -> None:
        comparers = [one for one in given if isinstance(one, Comparer)]
        self._comparer = comparers[0] if comparers else Comparer(fold=False)
        self._items: dict[str, str] = {}
        for part in given:
            if not isinstance(part, Comparer):
                for item in items_of(part):
                    self.add(item)

    def enumerated(self) -> list[str]:
        """What is in it."""
        return list(self._items.values())

    @method("Add")
    def add(self, item: Any) -> bool:
        """Whether it was new: emitted, unless it is thrown away."""
        key = self._comparer.folded(to_text(item))
        if key in self._items:
            return False
        self._items[key] = to_text(item)
        return True

    @method("Contains")
    def contains(self, item: Any) -> bool:
        """Whether it is in it."""
        return self._comparer.folded(to_text(item)) in self._items

    @method("Remove")
    def remove(self, item: Any) -> bool:
        """Whether it was in it."""
        return self._items.pop(self._comparer.folded(to_text(item)), None) is not None

    @prop("Count")
    def count(self) -> int:
        """How many."""
        return len(self._items)


class Folding(Hashtable):
    """A Dictionary with a comparer."""

    def __init__(self, comparer: Comparer) -> None:
        self._comparer = comparer
        super().__init__(ordered=True, type_name="System.Collections.Generic.Dictionary`2")
        self.exact = self.strictly = True

    def _fold(self, key: Any) -> Any:
        if key is None:
            return super()._fold(key)
        return self._comparer.folded(key) if isinstance(key, str) else key


class Stack(NetObject):
    """A Stack or a Queue."""

    type_name: ClassVar[str] = "System.Collections.Generic.Stack`1"

    def __init__(self, *, queue: bool) -> None:
        self._queue, self._items = queue, list[Any]()

    def enumerated(self) -> list[Any]:
        """In the order they would come out."""
        return list(self._items) if self._queue else self._items[::-1]

    @method("Push")
    def push(self, item: Any) -> Any:
        """On top."""
        self._items.append(item)
        return NOTHING

    @method("Enqueue")
    def enqueue(self, item: Any) -> Any:
        """At the end."""
        return self.push(item)

    @method("Pop")
    def pop(self) -> Any:
        """From the top."""
        if not self._items:
            raise NetError("System.InvalidOperationException", "Stack empty.", -2146233079)
        return self._items.pop()

    @method("Dequeue")
    def dequeue(self) -> Any:
        """From the front."""
        if not self._items:
            raise NetError("System.InvalidOperationException", "Queue empty.", -2146233079)
        return self._items.pop(0)

    @prop("Count")
    def count(self) -> int:
        """How many."""
        return len(self._items)


@maker("Collections.ArrayList")
def _array_list(_: Shell, given: Any = None) -> Growing:
    return Growing([] if given is None or isinstance(given, int) else items_of(given))


@maker("Collections.Hashtable")
def _hashtable(_: Shell, comparer: Any = None) -> Hashtable:
    if isinstance(comparer, Comparer):
        return Folding(comparer)
    return Hashtable(exact=True)


@maker("Collections.Stack")
def _stack(_: Shell) -> Stack:
    return Stack(queue=False)


@maker("Collections.Specialized.OrderedDictionary")
def _ordered(_: Shell) -> Hashtable:
    return Hashtable(ordered=True)


def generic(type_name: str) -> Any:
    """What makes a generic class, such as Collections.Generic.List[string]; None when it is none of them."""
    name, _, inside = type_name.partition("[")
    name = name.split("`")[0]
    if name == "collections.generic.list":
        return _make_list
    if name == "collections.generic.hashset":
        return lambda _, *given: StringSet(*given)
    if name in ("collections.generic.dictionary", "collections.generic.sorteddictionary"):
        return lambda _, comparer=None: Folding(comparer if isinstance(comparer, Comparer) else Comparer(fold=False))
    if name in ("collections.generic.stack", "collections.generic.queue"):
        return lambda _: Stack(queue=name.endswith("queue"))
    if inside == "]":
        return lambda _, count: (
            bytearray(int(to_number(count))) if name == "byte" else [_zero(name)] * int(to_number(count))
        )
    return None


def _zero(name: str) -> Any:
    if name in ("string", "object"):
        return None
    if name in ("int32", "int64"):
        return 0
    raise NotKnown(f"New-Object {name}[]")


def _make_list(_: Shell, given: Any = None) -> Growing:
    made = Growing([] if given is None or isinstance(given, int) else items_of(given))
    made.type_name = "System.Collections.Generic.List`1"
    return made
