"""Pipelines: each command gets what the one before it emitted."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.assignment import run_assignment
from tests.sim.windows.powershell.commands import run_command
from tests.sim.windows.powershell.dispatch import EXPRESSIONS, emit_value, evaluate, statement
from tests.sim.windows.powershell.expressions import emit_expression
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.scope import Emit, Shell
from tests.sim.windows.powershell.text import folded_up
from tests.sim.windows.powershell.tree import Node


@statement("pipeline")
def _pipeline(shell: Shell, node: Node, emit: Emit) -> None:
    if len(node.kids) != 1 or node.tokens not in ([], [";"]):
        raise NotKnown(f"line {node.line}: {node.tokens} between pipelines")
    inner = node.kids[0]
    if inner.kind == "assignment_expression":
        run_assignment(shell, inner)
    elif inner.kind == "pipeline_chain":
        _chain(shell, inner, emit)
    else:
        emit_expression(shell, inner, emit)


def _chain(shell: Shell, node: Node, emit: Emit) -> None:
    if set(node.tokens) - {"|"}:
        raise NotKnown(f"line {node.line}: {node.tokens} between commands")
    last = len(node.kids) - 1
    piped: list[Any] | None = None
    for place, part in enumerate(node.kids):
        emitted: list[Any] = []
        sink = emit if place == last else emitted.append
        if part.kind == "command":
            run_command(shell, part, piped, sink)
        elif place:
            raise NotKnown(f"line {part.line}: an expression behind a |")
        elif last:
            emit_value(sink, evaluate(shell, part))
        else:
            emit_expression(shell, part, sink)
        piped = emitted


def _value_of(shell: Shell, node: Node) -> Any:
    """As a value: one expression is itself, what commands emit is folded up."""
    inner = node.kids[0]
    if node.kind == "pipeline":
        if len(node.kids) != 1:
            raise NotKnown(f"line {node.line}: {node.tokens} between pipelines")
        return evaluate(shell, inner)
    if len(node.kids) == 1 and inner.kind != "command":
        return evaluate(shell, inner)
    emitted: list[Any] = []
    _chain(shell, node, emitted.append)
    return folded_up(emitted)


@statement("pipeline_chain")
def _chain_alone(shell: Shell, node: Node, emit: Emit) -> None:
    _chain(shell, node, emit)


def _condition(shell: Shell, node: Node) -> Any:
    return evaluate(shell, node.kids[0])


EXPRESSIONS.update({
    "pipeline": _value_of, "pipeline_chain": _value_of, "while_condition": _condition, "for_condition": _condition,
})  # fmt: skip
