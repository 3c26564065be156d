"""The values a program handles: integers that know their width, hashtables, records, script blocks, errors.

Strings, booleans, None, float, list (any array) and bytearray (byte[]) are Python's own; a plain int is an Int32.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.linguistic import weighed

if TYPE_CHECKING:
    from tests.sim.windows.powershell.scope import Scope
    from tests.sim.windows.powershell.tree import Node


class Wide(int):
    """An integer of .NET that is no Int32."""

    type_name = "Int64"


class Int64(Wide):
    """[long]."""


class UInt64(Wide):
    """[uint64]."""

    type_name = "UInt64"


class UInt32(Wide):
    """[uint32]."""

    type_name = "UInt32"


class UInt16(Wide):
    """[uint16]."""

    type_name = "UInt16"


class Int16(Wide):
    """[int16]."""

    type_name = "Int16"


class Byte(Wide):
    """[byte]."""

    type_name = "Byte"


class Char(str):
    """[char]."""


class Enumerated(int):
    """A value of an enumeration: a number in JSON, a name as text."""

    type_name: str
    name: str

    def __new__(cls, type_name: str, name: str, number: int) -> Enumerated:
        made = super().__new__(cls, number)
        made.type_name, made.name = type_name, name
        return made


class Growing(list[Any]):
    """An ArrayList or a List[T]: an array that grows in place."""

    type_name = "System.Collections.ArrayList"


class Wrapped(list[Any]):
    """An array that carries extra properties: 5.1 turns it into {"value": [...], "Count": n}."""


def fold(key: Any) -> Any:
    """How a hashtable of the language compares its keys."""
    return weighed(key).lower() if isinstance(key, str) else key


class Hashtable:
    """@{} and [ordered]@{}. Without an order, it is enumerated in none that a program could rely on."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = (), *, ordered: bool = False, exact: bool = False,
                 type_name: str = "") -> None:  # fmt: skip
        self.ordered, self.exact, self.strictly = ordered, exact, False
        kind = "System.Collections.Specialized.OrderedDictionary" if ordered else "System.Collections.Hashtable"
        self.type_name = type_name or kind
        self._items: dict[Any, tuple[Any, Any]] = {}
        for key, value in items:
            self[key] = value

    def _fold(self, key: Any) -> Any:
        if key is None:
            raise NetError("System.ArgumentNullException", "Key cannot be null.\r\nParameter name: key", -2147467261)
        return key if self.exact else fold(key)

    def __contains__(self, key: Any) -> bool:
        return self._fold(key) in self._items

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key."""
        return self._items.get(self._fold(key), (None, default))[1]

    def __getitem__(self, key: Any) -> Any:
        return self._items[self._fold(key)][1]

    def __setitem__(self, key: Any, value: Any) -> None:
        folded = self._fold(key)
        self._items[folded] = (self._items[folded][0] if folded in self._items else key, value)

    def add(self, key: Any, value: Any) -> None:
        """`.Add()`: refuses a key that is there."""
        if key in self:
            text = f"Item has already been added. Key in dictionary: '{key}'  Key being added: '{key}'"
            raise NetError("System.ArgumentException", text, -2147024809)
        self[key] = value

    def remove(self, key: Any) -> bool:
        """`.Remove()`: what is not there is no error."""
        return self._items.pop(self._fold(key), None) is not None

    def clear(self) -> None:
        """`.Clear()`."""
        self._items.clear()

    def items(self) -> list[tuple[Any, Any]]:
        """Every pair, in the order that a program sees."""
        pairs = list(self._items.values())
        if self.ordered or self.exact:
            return pairs
        return sorted(pairs, key=lambda pair: zlib.crc32(repr(pair[0]).encode("utf-8", "surrogatepass")))

    def keys(self) -> list[Any]:
        """Its keys as they were first written."""
        return [key for key, _ in self.items()]

    def values(self) -> list[Any]:
        """Its values."""
        return [value for _, value in self.items()]

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return True


class Properties(Hashtable):
    """Properties by name: their case is left out, nothing else."""

    def _fold(self, key: Any) -> Any:
        return key.lower() if isinstance(key, str) else super()._fold(key)


class Record:
    """A PSCustomObject, or an object that a cmdlet hands out: properties by name, in order."""

    def __init__(self, properties: Iterable[tuple[str, Any]] = (), type_name: str = "") -> None:
        self.type_name = type_name or "System.Management.Automation.PSCustomObject"
        self.properties = Properties(properties, ordered=True)
        self.methods: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a property."""
        return self.properties.get(name, default)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Every property."""
        yield from self.properties.items()


class ScriptBlock:
    """A piece of program as a value. `scope` is the runspace it belongs to, not where its variables are looked up."""

    def __init__(self, body: Node, parameters: Node | None, name: str = "", scope: Scope | None = None) -> None:
        self.body, self.parameters, self.name, self.scope = body, parameters, name, scope
        self.text = ""


class TypeName:
    """[Some.Type] as a value."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def plain(self) -> str:
        """In lower case, without `System.`."""
        lower = self.name.lower()
        return lower.removeprefix("system.")


class NetException:
    """An exception object."""

    def __init__(self, type_name: str, message: str, hresult: int = -2146233088,
                 inner: NetException | None = None) -> None:  # fmt: skip
        self.type_name, self.message, self.hresult, self.inner = type_name, message, hresult, inner
        self.native: int | None = None


class ErrorRecord:
    """What stands in $_ where an error is caught."""

    def __init__(self, exception: NetException, identity: str, line: int = 0, target: Any = None) -> None:
        self.exception, self.identity, self.line, self.target = exception, identity, line, target
        self.category = "NotSpecified"
        self.trace = ""


def is_array(value: Any) -> bool:
    """Whether a pipeline takes it apart into its items."""
    return isinstance(value, list | bytearray)


class _Nothing:
    """What a command that emitted nothing leaves behind: like $null, but no item of a pipeline."""

    def __bool__(self) -> bool:
        return False


NOTHING = _Nothing()


def plain(value: Any) -> Any:
    """The same, with nothing turned into $null."""
    return None if value is NOTHING else value
