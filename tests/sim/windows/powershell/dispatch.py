"""Which function runs which piece of a program: expressions give a value, statements emit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.scope import Emit, Shell
from tests.sim.windows.powershell.text import items_of
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.values import NOTHING, plain

Expression = Callable[[Shell, Node], Any]
Statement = Callable[[Shell, Node, Emit], None]
EXPRESSIONS: dict[str, Expression] = {}
STATEMENTS: dict[str, Statement] = {}
F = TypeVar("F", bound=Callable[..., Any])


def expression(*kinds: str) -> Callable[[F], F]:
    """Registers what gives the value of these pieces."""

    def add(function: F) -> F:
        EXPRESSIONS.update(dict.fromkeys(kinds, function))
        return function

    return add


def statement(*kinds: str) -> Callable[[F], F]:
    """Registers what runs these pieces."""

    def add(function: F) -> F:
        STATEMENTS.update(dict.fromkeys(kinds, function))
        return function

    return add


def evaluate(shell: Shell, node: Node) -> Any:
    """The value of an expression; NOTHING where a command emitted nothing or a method returns nothing."""
    found = EXPRESSIONS.get(node.kind)
    if found is not None:
        return found(shell, node)
    if node.kind in STATEMENTS:
        from tests.sim.windows.powershell.text import folded_up

        emitted: list[Any] = []
        STATEMENTS[node.kind](shell, node, emitted.append)
        return folded_up(emitted)
    raise NotKnown(f"line {node.line}: {node.kind} {node.text[:60]!r}")


def value(shell: Shell, node: Node) -> Any:
    """The same with nothing turned into $null."""
    return plain(evaluate(shell, node))


def execute(shell: Shell, node: Node, emit: Emit) -> None:
    """Run a statement; what it outputs goes to `emit`, an item at a time."""
    shell.process.tick(node.line)
    found = STATEMENTS.get(node.kind)
    if found is not None:
        found(shell, node, emit)
    else:
        emit_value(emit, evaluate(shell, node))


def emit_value(emit: Emit, given: Any) -> None:
    """An expression as a statement: an array is emitted an item at a time, nothing not at all."""
    if given is NOTHING:
        return
    for item in items_of(given):
        emit(item)
