"""Expressions: variables, literals, hashtables and arrays, operators, casts, increments."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell import formatting
from tests.sim.windows.powershell.convert import attempt, convert
from tests.sim.windows.powershell.dispatch import emit_value, evaluate, execute, expression, value
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.numbers import literal, natural, to_number
from tests.sim.windows.powershell.operators import (
    COMPARISONS,
    add,
    calculate,
    compare,
    contains,
    kind_of,
    like,
    matched,
    replace,
    split,
)
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import folded_up, items_of, to_text, truth
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.values import Hashtable, Record, ScriptBlock, TypeName, is_array


def variable_name(node: Node) -> str:
    """How a variable is called, without its dollar and braces."""
    text = node.text[1:]
    return text[1:-1] if text.startswith("{") else text


@expression("variable", "braced_variable")
def _variable(shell: Shell, node: Node) -> Any:
    if node.text.startswith("@"):
        raise NotKnown(f"line {node.line}: {node.text} outside a command")
    return shell.get(variable_name(node))


@expression("integer_literal", "decimal_integer_literal", "hexadecimal_integer_literal")
def _integer(_: Shell, node: Node) -> Any:
    found = literal(node.text)
    if found is None:
        raise NotKnown(f"line {node.line}: the number {node.text}")
    return found


@expression("real_literal")
def _real(_: Shell, node: Node) -> float:
    return float(node.text)


@expression("type_literal")
def _type(_: Shell, node: Node) -> TypeName:
    return TypeName(node.text[1:-1])


@expression("parenthesized_expression")
def _parenthesized(shell: Shell, node: Node) -> Any:
    return evaluate(shell, node.kids[0])


@expression("sub_expression", "array_expression")
def _collected(shell: Shell, node: Node) -> Any:
    """`$( )` folds up what its statements emit; `@( )` keeps it an array."""
    emitted: list[Any] = []
    for kid in node.kids:
        execute(shell, kid, emitted.append)
    return emitted if node.kind == "array_expression" else folded_up(emitted)


@expression("array_literal_expression")
def _array(shell: Shell, node: Node) -> list[Any]:
    return [value(shell, kid) for kid in node.kids]


@expression("hash_literal_expression")
def _hashtable(shell: Shell, node: Node) -> Hashtable:
    return make_hashtable(shell, node, ordered=False)


def make_hashtable(shell: Shell, node: Node, *, ordered: bool) -> Hashtable:
    """@{ … }; two equal keys are an error of the program."""
    made = Hashtable(ordered=ordered)
    for body in node.kids:
        for entry in body.kids:
            key = _key(shell, entry.kids[0])
            if key in made:
                raise NotKnown(f"line {entry.line}: the key {key!r} twice")
            made[key] = evaluate(shell, entry.kids[1])
    return made


def _key(shell: Shell, node: Node) -> Any:
    inner = node.kids[0] if node.kind == "key_expression" and node.kids else node
    return inner.text if inner.kind == "simple_name" else value(shell, inner)


@expression("script_block_expression")
def _block(shell: Shell, node: Node) -> ScriptBlock:
    body = node.first("script_block") or Node("script_block", "", node.line, node.start, node.end)
    made = ScriptBlock(body, node.first("param_block") or body.first("param_block"), scope=shell.top)
    made.text = node.text[1:-1]
    return made


@expression("cast_expression")
def _cast(shell: Shell, node: Node) -> Any:
    name, inner = node.kids[0].text[1:-1], node.kids[1]
    if inner.kind == "hash_literal_expression" and name.lower() in ("ordered", "pscustomobject"):
        table = make_hashtable(shell, inner, ordered=True)
        return table if name.lower() == "ordered" else Record([(to_text(key), item) for key, item in table.items()])
    given = value(shell, inner)
    if name.lower() == "void":
        from tests.sim.windows.powershell.values import NOTHING

        return NOTHING
    return convert(given, name)


@expression("expression_with_unary_operator")
def _unary(shell: Shell, node: Node) -> Any:
    if not node.tokens:
        return evaluate(shell, node.kids[0])
    operator, inner = node.tokens[0].lower(), node.kids[-1]
    if operator in ("++", "--"):
        return _step(shell, inner, 1 if operator == "++" else -1)
    given = value(shell, inner)
    if operator in ("-not", "!"):
        return not truth(given)
    if operator == ",":
        return [given]
    if operator == "-":
        number = to_number(given)
        return natural(-int(number)) if isinstance(number, int) else -number
    if operator == "+":
        return to_number(given)
    if operator == "-join":
        return "".join(to_text(item) for item in items_of(given))
    if operator == "-split":
        return [word for item in items_of(given) for word in to_text(item).split()]
    raise NotKnown(f"line {node.line}: the operator {operator}")


@expression("pre_increment_expression", "pre_decrement_expression")
def _before(shell: Shell, node: Node) -> Any:
    return _step(shell, node.kids[0], 1 if node.kind.startswith("pre_i") else -1)


@expression("post_increment_expression", "post_decrement_expression")
def _after(shell: Shell, node: Node) -> Any:
    before = value(shell, node.kids[0])
    _step(shell, node.kids[0], 1 if node.kind.startswith("post_i") else -1)
    return before if before is not None else 0


def _step(shell: Shell, target: Node, by: int) -> Any:
    from tests.sim.windows.powershell.assignment import assign

    now = add(to_number(value(shell, target)), by)
    assign(shell, target, now)
    return now


@expression("logical_expression")
def _logical(shell: Shell, node: Node) -> bool:
    operator = node.tokens[0].lower()
    left = truth(evaluate(shell, node.kids[0]))
    if operator == "-and":
        return left and truth(evaluate(shell, node.kids[1]))
    if operator == "-or":
        return left or truth(evaluate(shell, node.kids[1]))
    return left is not truth(evaluate(shell, node.kids[1]))


@expression("bitwise_expression")
def _bitwise(shell: Shell, node: Node) -> Any:
    left, right = (int(to_number(value(shell, kid))) for kid in (node.kids[0], node.kids[-1]))
    operator = node.tokens[0].lower()
    return natural({"-band": left & right, "-bor": left | right, "-bxor": left ^ right}[operator])


@expression("additive_expression", "multiplicative_expression")
def _arithmetic(shell: Shell, node: Node) -> Any:
    left, right, operator = value(shell, node.kids[0]), value(shell, node.kids[1]), node.tokens[0]
    return add(left, right) if operator == "+" else calculate(operator, left, right)


@expression("range_expression")
def _range(shell: Shell, node: Node) -> list[Any]:
    first, last = (int(convert(value(shell, kid), "int")) for kid in node.kids)
    return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))


@expression("format_expression")
def _format(shell: Shell, node: Node) -> str:
    template, given = to_text(value(shell, node.kids[0])), value(shell, node.kids[-1])
    return formatting.composed(template, items_of(given))


@expression("comparison_expression")
def _comparison(shell: Shell, node: Node) -> Any:
    left, operator = value(shell, node.kids[0]), node.kids[1].tokens[0].lower().lstrip("-")
    right = value(shell, node.kids[2])
    exact = len(operator) > 2 and operator[0] == "c" and operator not in ("contains",)
    if (exact or operator[0] == "i") and operator not in ("in", "is", "isnot", "contains"):
        operator = operator[1:]
    return _compared(shell, operator, left, right, exact)


def _compared(shell: Shell, operator: str, left: Any, right: Any, exact: bool) -> Any:
    if operator in COMPARISONS:
        return compare(operator, left, right, exact=exact)
    if operator in ("match", "notmatch", "like", "notlike"):
        return _fits(shell, operator.removeprefix("not"), left, to_text(right), exact, not operator.startswith("not"))
    if operator in ("contains", "notcontains"):
        return contains(left, right, exact=exact) is (operator == "contains")
    if operator in ("in", "notin"):
        return contains(right, left, exact=exact) is (operator == "in")
    if operator in ("is", "isnot"):
        return kind_of(left, right) is (operator == "is")
    if operator == "as":
        wanted = right.name if isinstance(right, TypeName) else to_text(right)
        return attempt(left, wanted, shell.process.types)
    if operator == "replace":
        return replace(left, right, exact=exact)
    if operator == "split":
        return split(left, right, exact=exact)
    if operator == "join":
        return to_text(right).join(to_text(item) for item in items_of(left))
    if operator in ("shl", "shr"):
        number, by = int(to_number(left)), int(to_number(right)) & 31
        return natural(number << by if operator == "shl" else number >> by)
    raise NotKnown(f"the operator -{operator}")


def _fits(shell: Shell, operator: str, left: Any, pattern: str, exact: bool, wanted: bool) -> Any:
    def one(item: Any) -> bool:
        text = to_text(item)
        return like(text, pattern, exact=exact) if operator == "like" else matched(shell, text, pattern, exact=exact)

    if is_array(left):  # $Matches is not set by an array
        kept = shell.scope.variables.get("matches")
        found = [item for item in left if one(item) is wanted]
        if kept is not None:
            shell.scope.variables["matches"] = kept
        else:
            shell.scope.variables.pop("matches", None)
        return found
    return one(left) is wanted


def emit_expression(shell: Shell, node: Node, emit: Any) -> None:
    """An expression that stands as a statement."""
    given = evaluate(shell, node)
    if node.kind in ("post_increment_expression", "post_decrement_expression", "pre_increment_expression",
                     "pre_decrement_expression"):  # fmt: skip
        return
    if node.kind == "expression_with_unary_operator" and node.tokens[:1] in (["++"], ["--"]):
        return
    emit_value(emit, given)


__all__ = ["emit_expression", "fail", "make_hashtable", "variable_name"]
