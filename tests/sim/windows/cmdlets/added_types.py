"""Add-Type: the functions of kernel32 that a program declares become a type of its process, and of no other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.sim.windows.powershell.convert import to_whole
from tests.sim.windows.powershell.faults import NotKnown, Thrown
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import UInt32

C = TypeVar("C", bound=Callable[..., Any])
_COMMAND = "Microsoft.PowerShell.Commands.AddTypeCommand"
_METHOD_EXCEPTION = "System.Management.Automation.MethodException"
_DECLARATION = re.compile(
    r'\s*\[DllImport\("kernel32\.dll"[^\]]*\)\]\s*public static extern ([\w.]+) (\w+)\(([^)]*)\);\s*'
)


@dataclass(frozen=True)
class Imported:
    """A function of kernel32: what it gives and takes, in C#, and what it does."""

    returns: str
    takes: tuple[str, ...]
    function: Callable[..., Any]


IMPORTS: dict[str, Imported] = {}


def imported(signature: str) -> Callable[[C], C]:
    """Registers a function of kernel32, as `uint Name(uint, IntPtr)`; ours gets the shell and the arguments."""
    returns, name, takes = re.split(r"[ (]", signature.rstrip(")"), maxsplit=2)

    def add(function: C) -> C:
        IMPORTS[name] = Imported(returns, tuple(takes.split(", ")), function)
        return function

    return add


@cmdlet("Add-Type", "Namespace Name MemberDefinition")
def _add_type(call: Call) -> None:
    """Refused by a policy, as was recorded, or by the compiler, whose words are UNVERIFIED."""
    kind = call.state["lies"].get("add-type")
    if kind == "constrained":
        fail(f"CannotDefineNewType,{_COMMAND}",
             "Cannot add type. Definition of new types is not supported in this language mode.",
             "System.Management.Automation.PSNotSupportedException")  # fmt: skip
    if kind == "compiler":
        fail(f"SOURCE_CODE_ERROR,{_COMMAND}",
             "c:\\Windows\\TEMP\\k2xo1yzq.0.cs(1) : no compiler\r\n(1) : >>> using System;\r\n")  # fmt: skip
    name = f"{to_text(call['Namespace'])}.{to_text(call['Name'])}"
    types = call.shell.process.types
    if name.lower() in types:
        raise NotKnown(f"Add-Type {name} twice in one process")
    types[name.lower()] = _members(to_text(call["MemberDefinition"]))


def _members(text: str) -> dict[str, Callable[..., Any]]:
    if _DECLARATION.sub("", text):
        raise NotKnown(f"Add-Type {text}")
    return {found[2].lower(): _member(found[1], found[2], found[3]) for found in _DECLARATION.finditer(text)}


def _member(returns: str, name: str, parameters: str) -> Callable[..., Any]:
    known = IMPORTS.get(name)
    pairs = [tuple(one.split()) for one in parameters.split(",")]
    if known is None or (returns, tuple(pair[0] for pair in pairs)) != (known.returns, known.takes):
        raise NotKnown(f"Add-Type {returns} {name}({parameters})")

    def called(shell: Shell, *arguments: Any) -> Any:
        if len(arguments) != len(pairs):
            raise NotKnown(f"{name} with {len(arguments)} arguments")
        given = [_argument(name, one, *pair) for one, pair in zip(arguments, pairs, strict=True)]
        found = known.function(shell, *given)
        return UInt32(found) if known.returns == "uint" else found

    return called


def _argument(method: str, given: Any, kind: str, name: str) -> Any:
    """As the engine converts it: what it says where it cannot was recorded of 5.1."""
    if kind != "uint":
        return given
    try:
        return to_whole(given, "uint32")
    except Thrown as error:
        fail("MethodArgumentConversionInvalidCastArgument",
             f'Cannot convert argument "{name}", with value: "{to_text(given)}", for "{method}" to type '
             f'"System.UInt32": "{error.record.exception.message}"', _METHOD_EXCEPTION)  # fmt: skip
