"""Assignment: to variables, properties, items, several at once, and with an operator."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.convert import convert
from tests.sim.windows.powershell.dispatch import evaluate, execute, expression, value
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.members import member_name, set_member
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.operators import add, calculate
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import folded_up
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.values import Growing, Hashtable, TypeName, is_array, plain


@expression("assignment_expression")
def _assignment(shell: Shell, node: Node) -> Any:
    """The value that was assigned; a statement drops it (see pipelines)."""
    target, operator, source = node.kids[0], node.kids[1].tokens[0], node.kids[2]
    given = evaluate(shell, source)
    if operator != "=":
        before = value(shell, target)
        right = plain(given)
        given = add(before, right) if operator == "+=" else calculate(operator[:-1], before, right)
    assign(shell, target, given)
    return given


def run_assignment(shell: Shell, node: Node) -> None:
    """An assignment as a statement."""
    _assignment(shell, node)


def assign(shell: Shell, target: Node, given: Any) -> None:
    """Put a value where `target` says."""
    while target.kind in ("parenthesized_expression", "pipeline", "pipeline_chain", "left_assignment_expression"):
        target = target.kids[0]
    if target.kind == "variable":
        _assign_variable(shell, target, given)
    elif target.kind == "expression_with_unary_operator" and target.kids[0].kind == "cast_expression":
        assign(shell, target.kids[0], given)
    elif target.kind == "cast_expression":
        shell_name = target.kids[0].text[1:-1]
        made = convert(plain(given), shell_name)
        assign(shell, target.kids[1], made)
        _constrain(shell, target.kids[1], shell_name)
    elif target.kind == "member_access":
        owner = value(shell, target.kids[0])
        set_member(shell, owner, member_name(shell, target.kids[1]), plain(given), static="::" in target.tokens)
    elif target.kind == "element_access":
        set_item(value(shell, target.kids[0]), value(shell, target.kids[1]), given)
    elif target.kind == "array_literal_expression":
        _assign_each(shell, target.kids, plain(given))
    else:
        raise NotKnown(f"line {target.line}: an assignment to {target.kind}")


def _assign_variable(shell: Shell, target: Node, given: Any) -> None:
    from tests.sim.windows.powershell.expressions import variable_name

    name = variable_name(target)
    kind = shell.scope.constraints.get(name.lower())
    shell.set(name, convert(plain(given), kind) if kind else given)


def _constrain(shell: Shell, target: Node, kind: str) -> None:
    """A variable that was assigned with a type before it keeps that type in its scope."""
    from tests.sim.windows.powershell.expressions import variable_name

    if target.kind == "variable" and ":" not in target.text:
        shell.scope.constraints[variable_name(target).lower()] = kind


def _assign_each(shell: Shell, targets: list[Node], given: Any) -> None:
    """`$a, $b = …`: the last takes all that is left."""
    items = list(given) if is_array(given) else [given]
    for place, target in enumerate(targets):
        if place < len(targets) - 1:
            assign(shell, target, items[place] if place < len(items) else None)
        else:
            rest = items[place:]
            assign(shell, target, plain(folded_up(rest)))


def set_item(owner: Any, key: Any, given: Any) -> None:
    """`$owner[$key] = …`."""
    if isinstance(owner, Hashtable):
        if isinstance(key, int) and owner.ordered and key not in owner:
            keys = owner.keys()
            if not 0 <= key < len(keys):
                raise NetError("System.ArgumentOutOfRangeException", "Index was out of range.", -2146233086)
            key = keys[key]
        owner[key] = given
    elif isinstance(owner, list | bytearray):
        number = int(to_number(key))
        if not -len(owner) <= number < len(owner) or (isinstance(owner, Growing) and number < 0):
            fail("System.IndexOutOfRangeException", "Index was outside the bounds of the array.",
                 "System.IndexOutOfRangeException", -2146233080)  # fmt: skip
        owner[number] = plain(given)
    elif isinstance(owner, NetObject) and hasattr(owner, "put_item"):
        owner.put_item(key, plain(given))
    elif owner is None:
        fail("NullArray", "Cannot index into a null array.")
    else:
        fail("CannotIndex", f"Unable to index into an object of type {type(owner).__name__}.")


__all__ = ["TypeName", "assign", "execute", "run_assignment"]
