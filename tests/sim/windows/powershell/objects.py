"""Objects of .NET as Python classes: which members they have by which names, whatever their case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def method(name: str) -> Callable[[F], F]:
    """Marks a Python method as `.Name(...)`."""

    def mark(function: F) -> F:
        function.__dict__["net_method"] = name
        return function

    return mark


def prop(name: str) -> Callable[[F], F]:
    """Marks a Python method without arguments as the property `.Name`."""

    def mark(function: F) -> F:
        function.__dict__["net_property"] = name
        return function

    return mark


def setter(name: str) -> Callable[[F], F]:
    """Marks a Python method of one argument as what `.Name = value` does."""

    def mark(function: F) -> F:
        function.__dict__["net_setter"] = name
        return function

    return mark


class NetObject:
    """An object of a class of .NET. `kinds` are the names it answers to in `-is` and `catch`."""

    type_name: ClassVar[str] = "System.Object"
    kinds: ClassVar[tuple[str, ...]] = ()
    net_methods: ClassVar[dict[str, str]] = {}
    net_properties: ClassVar[dict[str, str]] = {}
    net_setters: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        for table in ("net_methods", "net_properties", "net_setters"):
            setattr(cls, table, dict(getattr(cls, table)))
        for python, value in vars(cls).items():
            marks = getattr(value, "__dict__", {})
            if "net_method" in marks:
                cls.net_methods[marks["net_method"].lower()] = python
            if "net_property" in marks:
                cls.net_properties[marks["net_property"].lower()] = python
            if "net_setter" in marks:
                cls.net_setters[marks["net_setter"].lower()] = python

    def text(self) -> str:
        """What `"$($object)"` gives."""
        return self.type_name


#: Static members: "io.file" -> "exists" -> function(session, *arguments).
STATICS: dict[str, dict[str, Callable[..., Any]]] = {}
#: Static properties and constants, of the same form, called with the session alone.
CONSTANTS: dict[str, dict[str, Callable[..., Any]]] = {}
#: What `[Type]::Property = value` does.
STATIC_SETTERS: dict[str, dict[str, Callable[..., None]]] = {}
#: What New-Object makes: "io.fileinfo" -> function(session, *arguments).
MAKERS: dict[str, Callable[..., Any]] = {}
#: Members of Python's own types: (str, "substring") -> function(session, value, *arguments).
METHODS: dict[tuple[type, str], Callable[..., Any]] = {}
PROPERTIES: dict[tuple[type, str], Callable[..., Any]] = {}


def static(type_name: str, name: str) -> Callable[[F], F]:
    """Registers `[Type]::Name(...)`."""

    def add(function: F) -> F:
        STATICS.setdefault(type_name.lower(), {})[name.lower()] = function
        return function

    return add


def constant(type_name: str, name: str) -> Callable[[F], F]:
    """Registers `[Type]::Name` without arguments."""

    def add(function: F) -> F:
        CONSTANTS.setdefault(type_name.lower(), {})[name.lower()] = function
        return function

    return add


def static_setter(type_name: str, name: str) -> Callable[[F], F]:
    """Registers `[Type]::Name = value`."""

    def add(function: F) -> F:
        STATIC_SETTERS.setdefault(type_name.lower(), {})[name.lower()] = function
        return function

    return add


def maker(type_name: str) -> Callable[[F], F]:
    """Registers what New-Object makes of a class."""

    def add(function: F) -> F:
        MAKERS[type_name.lower()] = function
        return function

    return add


def method_of(kind: type, name: str) -> Callable[[F], F]:
    """Registers `.Name(...)` of a type of Python."""

    def add(function: F) -> F:
        METHODS[kind, name.lower()] = function
        return function

    return add


def property_of(kind: type, name: str) -> Callable[[F], F]:
    """Registers `.Name` of a type of Python."""

    def add(function: F) -> F:
        PROPERTIES[kind, name.lower()] = function
        return function

    return add
