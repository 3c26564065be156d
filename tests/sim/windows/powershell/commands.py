"""Commands: which function, cmdlet or program a name means, and its arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.sim.windows.powershell.calls import call_method, values_of
from tests.sim.windows.powershell.dispatch import evaluate, value
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.functions import BINDING, call_block
from tests.sim.windows.powershell.members import member_name
from tests.sim.windows.powershell.natives import is_native, run_native
from tests.sim.windows.powershell.numbers import literal
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.registry import CMDLETS, Call, Cmdlet
from tests.sim.windows.powershell.scope import Emit, Shell
from tests.sim.windows.powershell.scripts import run_file
from tests.sim.windows.powershell.text import to_text, truth
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.values import Hashtable, ScriptBlock, is_array, plain


@dataclass
class Arguments:
    """The arguments of one command, in the order they were written: (name or None, value)."""

    given: list[tuple[str | None, Any]] = field(default_factory=list)
    redirections: list[str] = field(default_factory=list)


class Flag:
    """What stands for the value of a parameter that was written without one."""


FLAG = Flag()


def run_command(shell: Shell, node: Node, piped: list[Any] | None, emit: Emit) -> None:
    """One command of a pipeline."""
    target = _target(shell, node)
    if isinstance(target, list):
        for item in target:
            emit(item)
        return
    arguments = _arguments(shell, node)
    dotted = "." in [token for one in node.every("command_invokation_operator") for token in one.tokens]
    if isinstance(target, ScriptBlock):
        call_function(shell, target, arguments, piped, emit, dotted=dotted)
        return
    function = shell.function(target)
    if function is not None:
        call_function(shell, function, arguments, piped, emit, dotted=dotted)
    elif target.lower() in CMDLETS:
        if [one for one in arguments.redirections if one != "2>$null"]:
            raise NotKnown(f"line {node.line}: {target} with {arguments.redirections}")
        call_cmdlet(shell, CMDLETS[target.lower()], arguments, piped, emit)
    elif target.lower().endswith(".ps1"):
        run_file(shell, target, *_split(arguments), emit=emit, dotted=dotted)
    elif is_native(target):
        run_native(shell, target, arguments.given, arguments.redirections, piped, emit)
    else:
        _unknown(target)


def _unknown(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z]+-[A-Za-z]+Missing[A-Za-z]*", name):  # a name for tests of what is not there
        raise NotKnown(f"the command {name}")
    fail("CommandNotFoundException", f"The term '{name}' is not recognized as the name of a cmdlet, function, script "
         "file, or operable program. Check the spelling of the name, or if a path was included, verify that the path "
         "is correct and try again.", "System.Management.Automation.CommandNotFoundException")  # fmt: skip


def _target(shell: Shell, node: Node) -> Any:
    """A name, a script block, or the items of what the parser takes for a command: `1..3`, `10MB`."""
    named = node.fields.get("command_name")
    assert named is not None
    if named.kind == "command_name":
        between = re.fullmatch(r"(-?\d+)\.\.(-?\d+)", named.text)
        alone = not [
            one for part in node.every("command_elements") for one in part.kids if one.kind != "command_argument_sep"
        ]
        if between and alone:
            first, last = int(between[1]), int(between[2])
            return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))
        number = literal(named.text)
        if number is not None and alone:
            return [number]
        return named.text
    inner = named.kids[0]
    found = value(shell, inner.kids[0] if inner.kind == "path_command_name" and inner.kids else inner)
    return found if isinstance(found, ScriptBlock) else to_text(found)


def _arguments(shell: Shell, node: Node) -> Arguments:
    made = Arguments()
    elements = node.fields["command_elements"].kids if "command_elements" in node.fields else []
    pending: str | None = None
    joined = False
    for place, element in enumerate(elements):
        if element.kind == "argument_list" and place and elements[place - 1].kind == "member_access":
            continue  # it was called with the member before it
        if element.kind == "command_argument_sep":
            joined = ":" in element.text
            continue
        if element.kind == "redirection":
            made.redirections.append(element.text.replace(" ", ""))
            continue
        if element.kind == "command_parameter":
            if pending is not None:
                made.given.append((pending, FLAG))
            pending = element.text[1:].removesuffix(":")
            continue
        if element.kind == "variable" and element.text.startswith("@"):
            _splat(shell, element, made)
            continue
        behind = elements[place + 1] if place + 1 < len(elements) else None
        given = _argument(shell, element, behind)
        if pending is not None and joined:
            made.given.append((pending, Attached(given)))
        else:
            if pending is not None:
                made.given.append((pending, FLAG))
            made.given.append((None, given))
        pending, joined = None, False
    if pending is not None:
        made.given.append((pending, FLAG))
    return made


@dataclass
class Attached:
    """A value that was written `-Name:value`."""

    value: Any


def _argument(shell: Shell, element: Node, behind: Node | None) -> Any:
    base = element
    while base.kind in ("member_access", "element_access", "invokation_expression"):
        base = base.kids[0]
    if base.kind == "type_literal":
        raise NotKnown(
            f"line {element.line}: {element.text[:40]!r} is text where arguments stand (write it in parentheses)"
        )
    if element.kind == "member_access" and behind is not None and behind.kind == "argument_list":
        owner = plain(evaluate(shell, element.kids[0]))
        return plain(call_method(shell, owner, member_name(shell, element.kids[1]), values_of(shell, behind)))
    if element.kind == "generic_token":
        if re.search(r"[$`,\"']|^[@*]>", element.text):
            raise NotKnown(f"line {element.line}: the bare word {element.text!r} (write it in quotes)")
        return element.text
    if element.kind == "argument_list":
        found = values_of(shell, element)
        return found if len(found) != 1 else found[0]
    return plain(evaluate(shell, element))


def _splat(shell: Shell, element: Node, made: Arguments) -> None:
    given = plain(shell.get(element.text[1:]))
    if isinstance(given, Hashtable):
        made.given += [(to_text(key), Attached(plain(item))) for key, item in given.items()]
    else:
        made.given += [(None, item) for item in (given if is_array(given) else [given])]


def _split(arguments: Arguments, switches: frozenset[str] = frozenset(),
           unnamed: bool = True) -> tuple[list[Any], dict[str, Any]]:  # fmt: skip
    """Positional and named: a name takes the value behind it unless it is a switch."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    waiting: str | None = None
    for name, given in arguments.given:
        if name is not None:
            if waiting is not None:
                named[waiting] = FLAG
            waiting = None
            if name.lower() in {one.lower() for one in named}:
                fail("ParameterAlreadyBound", f"Cannot bind parameter because parameter '{name}' is specified more "
                     "than once.", BINDING)  # fmt: skip
            if isinstance(given, Attached):
                named[name] = given.value
            elif name.lower() in switches:
                named[name] = True
            else:
                waiting = name
        elif waiting is not None:
            named[waiting], waiting = given, None
        elif unnamed:
            positional.append(given)
    if waiting is not None:
        named[waiting] = FLAG
    return positional, named


def call_function(shell: Shell, block: ScriptBlock, arguments: Arguments, piped: list[Any] | None, emit: Emit, *,
                  dotted: bool = False) -> None:  # fmt: skip
    """A function or a script block with the arguments of a command."""
    from tests.sim.windows.powershell.functions import declared

    if arguments.redirections:
        raise NotKnown(f"{block.name} with {arguments.redirections}")
    switches = frozenset(one.name.lower() for one in declared(shell, block) if one.is_switch)
    positional, named = _split(arguments, switches)
    action = next((named.pop(name) for name in list(named) if name.lower() == "erroraction"), None)
    if action is not None:
        raise NotKnown(f"-ErrorAction of the function {block.name}")
    for name, given in named.items():
        if given is FLAG:
            fail(f"MissingArgument,{block.name}", f"Missing an argument for parameter '{name}'. Specify a parameter "
                 "and try again.", BINDING)  # fmt: skip
    call_block(shell, block, positional, named, piped, emit, dotted=dotted)
    shell.fine = True


def call_cmdlet(shell: Shell, found: Cmdlet, arguments: Arguments, piped: list[Any] | None, emit: Emit) -> None:
    """A cmdlet with the arguments of a command."""
    positional, named = _split(arguments, found.switches)
    bound = Hashtable(ordered=True)
    for name, given in named.items():
        if name.lower() not in found.parameters:
            raise NotKnown(f"{found.name} -{name}")
        if given is FLAG:
            fail(f"MissingArgument,{found.name}", f"Missing an argument for parameter '{name}'.", BINDING)
        proper = found.parameters[name.lower()]
        bound[proper] = truth(given) if name.lower() in found.switches else given
    for proper in found.positional:
        if positional and proper not in bound:
            bound[proper] = positional.pop(0)
    if positional:
        raise NotKnown(f"{found.name} with {len(positional)} more arguments without a name")
    shell.fine = True
    call = Call(shell, found.name, bound, piped, emit)
    shell.process.windows.before_command(shell, found.name, bound)
    for item in found.function(call) or ():
        emit(item)
