"""Method calls: of objects, of types, of Python's own values, and what they throw."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from tests.sim.windows.powershell.dispatch import evaluate, expression, value
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.members import member_name
from tests.sim.windows.powershell.objects import MAKERS, METHODS, STATICS, NetObject
from tests.sim.windows.powershell.raising import fail, wrapped
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
    ScriptBlock,
    TypeName,
)


@expression("invokation_expression")
def _invocation(shell: Shell, node: Node) -> Any:
    owner, arguments = value(shell, node.kids[0]), values_of(shell, node.kids[-1])
    name = member_name(shell, node.kids[1])
    if "::" in node.tokens:
        if not isinstance(owner, TypeName):
            raise NotKnown(f"line {node.line}: :: behind a value")
        return call_static(shell, owner.name, name, arguments)
    return call_method(shell, owner, name, arguments)


def values_of(shell: Shell, node: Node) -> list[Any]:
    """The values of an argument list."""
    return [value(shell, kid) for part in node.every("argument_expression_list") for kid in part.kids]


def guarded(name: str, arguments: list[Any], function: Callable[[], Any]) -> Any:
    """Call it; what .NET throws reaches the program wrapped, as the engine wraps it."""
    try:
        return function()
    except NetError as error:
        raise wrapped(error, name, len(arguments)) from None


def call_static(shell: Shell, type_name: str, name: str, arguments: list[Any]) -> Any:
    """`[Type]::Name(…)`."""
    own = canonical(type_name)
    found = (shell.process.types.get(own) or STATICS.get(own, {})).get(name.lower())
    if found is None:
        raise NotKnown(f"[{type_name}]::{name}()")
    _fits(found, f"[{type_name}]::{name}", [shell, *arguments])
    return guarded(name, arguments, lambda: found(shell, *arguments))


def construct(shell: Shell, type_name: str, arguments: list[Any]) -> Any:
    """New-Object of a class of .NET; its errors are wrapped as those of methods are."""
    from tests.sim.windows.dotnet.dictionaries import generic

    found = MAKERS.get(canonical(type_name)) or generic(canonical(type_name))
    if found is None:
        raise NotKnown(f"New-Object {type_name}")
    _fits(found, f"New-Object {type_name}", [shell, *arguments])
    return guarded(".ctor", arguments, lambda: found(shell, *arguments))


@lru_cache(maxsize=4096)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _fits(function: Callable[..., Any], what: str, arguments: list[Any]) -> None:
    try:
        _signature(function).bind(*arguments)
    except TypeError as error:
        raise NotKnown(f"{what} with {len(arguments) - 1} arguments: {error}") from None


def call_method(shell: Shell, owner: Any, name: str, arguments: list[Any]) -> Any:
    """`.Name(…)` of a value."""
    lower = name.lower()
    if owner is None:
        fail("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.")
    if isinstance(owner, NetObject):
        python = owner.net_methods.get(lower)
        if python is not None:
            bound = getattr(owner, python)
            _fits(bound, f"{owner.type_name}.{name}", arguments)
            return guarded(name, arguments, lambda: bound(*arguments))
        if lower == "tostring" and not arguments:
            return owner.text()
        if lower == "tostring" and hasattr(owner, "formatted"):
            return guarded(name, arguments, lambda: owner.formatted(to_text(arguments[0])))
        if lower == "equals" and hasattr(owner, "same"):
            return owner.same(arguments[0])
    if isinstance(owner, Record) and lower in owner.methods:
        return guarded(name, arguments, lambda: owner.methods[lower](*arguments))
    if isinstance(owner, ErrorRecord | NetException | TypeName | ScriptBlock):
        return _of_engine(shell, owner, lower, arguments)
    return _of_python(shell, owner, name, arguments)


def _of_engine(shell: Shell, owner: Any, lower: str, arguments: list[Any]) -> Any:
    if lower == "tostring" and not arguments:
        return to_text(owner)
    if lower == "getbaseexception" and isinstance(owner, NetException):
        while owner.inner is not None:
            owner = owner.inner
        return owner
    if lower == "gettype":
        return TypeName(name_of(owner))
    if isinstance(owner, ScriptBlock) and lower in ("invoke", "invokereturnasis"):
        from tests.sim.windows.powershell.functions import call_block

        emitted: list[Any] = []
        call_block(shell, owner, arguments, {}, None, emitted.append)
        return emitted
    raise NotKnown(f"the method {lower} of {name_of(owner)}")


def _of_python(shell: Shell, owner: Any, name: str, arguments: list[Any]) -> Any:
    lower = name.lower()
    for kind in type(owner).__mro__:
        found = METHODS.get((kind, lower))
        if found is not None:
            _fits(found, f"{name_of(owner)}.{name}", [shell, owner, *arguments])
            return guarded(name, arguments, partial(found, shell, owner, *arguments))
    if lower == "tostring" and not arguments:
        return to_text(owner)
    if lower == "gettype" and not arguments:
        return TypeName(name_of(owner))
    if lower == "equals" and len(arguments) == 1:
        return type(owner) is type(arguments[0]) and owner == arguments[0]
    if isinstance(owner, Hashtable | str | int | float | list | bytearray):
        raise NotKnown(f"the method {name} of {name_of(owner)}")
    return fail("MethodNotFound", f"Method invocation failed because [{name_of(owner)}] does not contain a method "
                f"named '{name}'.")  # fmt: skip


__all__ = ["NOTHING", "call_method", "call_static", "construct", "evaluate"]
