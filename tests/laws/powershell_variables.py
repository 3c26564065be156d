"""Variables of our PowerShell: which are read without having been set, and which are set and never read."""

from __future__ import annotations

from collections.abc import Iterator

from tests.laws.powershell_words import AUTOMATIC, PREFERENCES
from tests.sim.windows.powershell.tree import Node

#: What whoever runs a fragment sets for it.
GIVEN = frozenset({"words", "secret", "document"})


def _name(node: Node) -> str:
    return node.text[1:].strip("{}").lower()


def _own(node: Node) -> Iterator[Node]:
    """What belongs to a function itself, without the functions in it."""
    for kid in node.kids:
        if kid.kind != "function_statement":
            yield kid
            yield from _own(kid)


def _set_here(node: Node) -> set[str]:
    found: set[str] = set()
    for one in _own(node):
        if one.kind == "assignment_expression":
            found |= _targets(one.kids[0])
        elif one.kind in ("script_parameter", "foreach_statement"):
            found |= {_name(kid) for kid in one.kids if kid.kind == "variable"}
    return found


def _targets(node: Node) -> set[str]:
    while node.kind in ("expression_with_unary_operator", "cast_expression", "left_assignment_expression"):
        node = node.kids[-1]
    if node.kind == "variable":
        return {_name(node)}
    if node.kind == "array_literal_expression":
        return {name for kid in node.kids for name in _targets(kid)}
    return set()


def _read_here(node: Node) -> dict[str, int]:
    """Every variable that is read, with its line: a target of `=` is no reading, one of `+=` is none either."""
    written: set[tuple[int, int]] = set()
    for one in _own(node):
        if one.kind == "assignment_expression":
            targets = [kid for kid in one.kids[0].walk() if kid.kind == "variable"]
            if one.kids[0].kind not in ("member_access", "element_access"):
                written |= {(kid.start, kid.end) for kid in targets}
        elif one.kind in ("script_parameter", "foreach_statement"):
            written |= {(kid.start, kid.end) for kid in one.kids if kid.kind == "variable"}
    found: dict[str, int] = {}
    for one in _own(node):
        if one.kind == "variable" and (one.start, one.end) not in written:
            found.setdefault(_name(one), one.line)
    return found


def constants_of(tree: Node) -> frozenset[str]:
    """What a program sets outside its functions: its functions may read it."""
    script = {
        name.removeprefix("script:") for node in tree.walk() for name in _set_here(node) if name.startswith("script:")
    }
    return frozenset(_set_here(tree) | script)


def undeclared_and_unused(tree: Node, constants: frozenset[str]) -> list[str]:
    """PSUseDeclaredVarsMoreThanAssignments, and what strict mode would throw at."""
    found: list[str] = []
    own = constants_of(tree) | constants | GIVEN | AUTOMATIC | PREFERENCES | {"false"}
    places = [tree, *(node for node in tree.walk() if node.kind == "function_statement")]
    for place in places:
        name = place.kids[0].text if place.kind == "function_statement" else "the program"
        set_here, read = _set_here(place), _read_here(place)
        for variable, line in read.items():
            plain = variable.removeprefix("script:")
            if not variable.startswith("env:") and variable not in set_here and plain not in own:
                found.append(f"undeclared: line {line}: ${variable} in {name}")
        if place is not tree:
            parameters = {_name(kid) for one in _own(place) if one.kind == "script_parameter" for kid in one.kids
                          if kid.kind == "variable"}  # fmt: skip
            for variable in sorted(set_here - set(read) - PREFERENCES - parameters):
                if ":" not in variable:
                    found.append(f"unused: ${variable} in {name}")
    return found
