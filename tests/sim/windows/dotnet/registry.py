"""Microsoft.Win32.RegistryKey: keys below HKEY_LOCAL_MACHINE, from the state; names in any case of letters."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.dotnet.enums import enumerated, number_of
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, method, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING, Enumerated
from tests.sim.windows.process import Process

_HIVES = "Microsoft.Win32.RegistryHive"
_VIEWS = "Microsoft.Win32.RegistryView"
_SORTS = "Microsoft.Win32.RegistryValueKind"


class RegistryKey(NetObject):
    """An open key; `path` is "" for the hive itself."""

    type_name: ClassVar[str] = "Microsoft.Win32.RegistryKey"

    def __init__(self, process: Process, path: str, writable: bool) -> None:
        self._process, self._path, self._writable = process, path, writable

    def _values(self) -> dict[str, list[Any]]:
        found = _find(self._process, self._path)
        assert found is not None
        values: dict[str, list[Any]] = self._process.windows.state["registry"][found]
        return values

    def _value(self, name: Any) -> list[Any] | None:
        wanted = to_text(name).lower()
        return next((value for own, value in self._values().items() if own.lower() == wanted), None)

    @method("OpenSubKey")
    def open_sub_key(self, path: Any, writable: Any = False) -> RegistryKey | None:
        """Nothing where it is not there; one that may not be opened throws."""
        wanted = "\\".join(part for part in (self._path, to_text(path)) if part)
        found = _find(self._process, wanted)
        if found is None:
            return None
        admin = self._process.windows.state["session"]["admin"] or self._process.account.upper() == "SYSTEM"
        if self._process.windows.state["registry"][found] is None or (writable and not admin):
            raise NetError(
                "System.Security.SecurityException", "Requested registry access is not allowed.", -2146233078
            )
        return RegistryKey(self._process, found, bool(writable))

    @method("GetValueNames")
    def names(self) -> list[str]:
        """As they were written."""
        return list(self._values())

    @method("GetValueKind")
    def sort_of(self, name: Any) -> Enumerated:
        """Of a value that is there."""
        found = self._value(name)
        if found is None:
            raise NetError("System.IO.IOException", "The specified registry key does not exist.", -2147024894)
        return enumerated(_SORTS, number_of(found[0], _SORTS))

    @method("GetValue")
    def value(self, name: Any) -> Any:
        """Nothing where it is not there; a number of 32 bits is signed."""
        found = self._value(name)
        if found is None:
            return None
        if found[0] == "DWord":
            return (int(found[1]) + 2**31) % 2**32 - 2**31
        if found[0] not in ("String", "ExpandString"):
            raise NotKnown(f"a value of the registry of sort {found[0]}")
        return str(found[1])

    @method("SetValue")
    def set_value(self, name: Any, value: Any, sort: Any) -> Any:
        """A number, over what is there."""
        if not self._writable:
            raise NetError("System.UnauthorizedAccessException", "Cannot write to the registry key.", -2147024891)
        if number_of(sort, _SORTS) != 4:
            raise NotKnown("a value of the registry that is no number")
        values, wanted = self._values(), to_text(name)
        own = next((one for one in values if one.lower() == wanted.lower()), wanted)
        values[own] = ["DWord", int(to_number(value))]
        return NOTHING

    @method("Close")
    def close(self) -> Any:
        """Let go."""
        return NOTHING


def _find(process: Process, path: str) -> str | None:
    return next((one for one in process.windows.state["registry"] if one.lower() == path.lower()), None)


@static("Microsoft.Win32.RegistryKey", "OpenBaseKey")
def _open_base(shell: Shell, hive: Any, view: Any) -> RegistryKey:
    if number_of(hive, _HIVES) != -2147483646 or number_of(view, _VIEWS) != 256:
        raise NotKnown("another hive than HKEY_LOCAL_MACHINE, or another side of it than that of 64 bits")
    return RegistryKey(shell.process, "", False)
