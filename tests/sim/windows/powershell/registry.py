"""Where cmdlets, native programs and CIM classes are registered by name; modules of `cmdlets/` add theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.scope import Emit, Shell
from tests.sim.windows.powershell.values import ErrorRecord, Hashtable, NetException

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

#: Parameters that every cmdlet has.
COMMON = ("ErrorAction", "WarningAction", "InformationAction", "ErrorVariable", "OutVariable", "Verbose", "Debug",
          "Confirm", "WhatIf")  # fmt: skip


@dataclass
class Call:
    """One call of a cmdlet: `call["Name"]` is an argument or None, `piped` what came through the pipeline."""

    shell: Shell
    name: str
    bound: Hashtable
    piped: list[Any] | None
    emit: Emit

    @property
    def windows(self) -> Windows:
        """The machine."""
        return self.shell.process.windows

    @property
    def state(self) -> dict[str, Any]:
        """Its state."""
        return self.windows.state

    def __getitem__(self, name: str) -> Any:
        return self.bound.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self.bound

    def fail(self, identity: str, message: str, type_name: str = "System.Exception", hresult: int = -2146233088,
             target: Any = None) -> None:  # fmt: skip
        """A non-terminating error, as -ErrorAction or the preference takes it; FQID gets the cmdlet's name."""
        from tests.sim.windows.powershell.errors import write_error

        record = ErrorRecord(NetException(type_name, message, hresult), f"{identity},{self.name}", target=target)
        write_error(self.shell, record, str(self["ErrorAction"] or ""))


@dataclass
class Cmdlet:
    """A cmdlet: the parameters it knows, which of them take no value, which stand without a name, and what it does."""

    name: str
    function: Callable[[Call], Iterable[Any] | None]
    parameters: dict[str, str]
    switches: frozenset[str]
    positional: tuple[str, ...]


@dataclass
class Native:
    """One call of a native program: `arguments` as it splits its command line, what it says, its input."""

    shell: Shell
    name: str
    arguments: list[str]
    input: str = ""
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)

    @property
    def windows(self) -> Windows:
        """The machine."""
        return self.shell.process.windows

    @property
    def state(self) -> dict[str, Any]:
        """Its state."""
        return self.windows.state

    def say(self, line: str) -> None:
        """A line to standard output."""
        self.out.append(line)

    def complain(self, line: str) -> None:
        """A line to standard error."""
        self.err.append(line)


CMDLETS: dict[str, Cmdlet] = {}
NATIVES: dict[str, Callable[[Native], int]] = {}
#: (namespace, class) in lower case -> what lists its instances.
CIM: dict[tuple[str, str], Callable[[Windows], Iterable[Any]]] = {}
#: (namespace, class, method) -> what it does with an instance (None for a static one) and its arguments.
CIM_METHODS: dict[tuple[str, str, str], Callable[[Windows, Any, Hashtable], Any]] = {}
#: What New-Object -ComObject makes, by its name in lower case.
COM: dict[str, Callable[[Windows], Any]] = {}
C = TypeVar("C", bound=Callable[..., Any])


def cmdlet(name: str, parameters: str = "", *, switches: str = "", positional: str = "") -> Callable[[C], C]:
    """Registers a cmdlet. `parameters`, `switches` and `positional` are names with blanks between them.

    The function gets a Call and returns what it emits; an item that is a list goes on as one object.
    """
    names = [*parameters.split(), *switches.split(), *COMMON]

    def add(function: C) -> C:
        CMDLETS[name.lower()] = Cmdlet(
            name, function, {one.lower(): one for one in names},
            frozenset(one.lower() for one in (*switches.split(), "Verbose", "Debug", "Confirm", "WhatIf")),
            tuple(positional.split()),
        )  # fmt: skip
        return function

    return add


def native(name: str) -> Callable[[C], C]:
    """Registers a program of Windows; the function gets a Native and returns its exit code."""

    def add(function: C) -> C:
        NATIVES[name.lower()] = function
        return function

    return add


def com(name: str) -> Callable[[C], C]:
    """Registers an object of COM; the function gets the machine and returns a NetObject."""

    def add(function: C) -> C:
        COM[name.lower()] = function
        return function

    return add


def _space(namespace: str) -> str:
    return namespace.lower().replace("\\", "/").removeprefix("//./").strip("/")


def cim(namespace: str, class_name: str) -> Callable[[C], C]:
    """Registers a class of CIM; the function gets the machine and returns its instances, as dicts or CimInstances."""

    def add(function: C) -> C:
        CIM[_space(namespace), class_name.lower()] = function
        return function

    return add


def method(namespace: str, class_name: str, name: str) -> Callable[[C], C]:
    """Registers a method of a class of CIM: (machine, instance or None, arguments) -> a dict with ReturnValue."""

    def add(function: C) -> C:
        CIM_METHODS[_space(namespace), class_name.lower(), name.lower()] = function
        return function

    return add


def cim_class(namespace: str, class_name: str) -> Callable[[Windows], Iterable[Any]]:
    """What lists the instances of a class."""
    found = CIM.get((_space(namespace), class_name.lower()))
    if found is None:
        raise NotKnown(f"the CIM class {namespace} {class_name}")
    return found


def cim_method(namespace: str, class_name: str, name: str) -> Callable[[Windows, Any, Hashtable], Any]:
    """A method of a class."""
    found = CIM_METHODS.get((_space(namespace), class_name.lower(), name.lower()))
    if found is None:
        raise NotKnown(f"the CIM method {namespace} {class_name}.{name}")
    return found
