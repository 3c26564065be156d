"""Program text to a plain tree: the parser's nodes without their single-child chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import tree_sitter_powershell
from tree_sitter import Language, Parser
from tree_sitter import Node as Parsed

from tests.sim.windows.powershell.faults import NotKnown

_PARSER = Parser(Language(tree_sitter_powershell.language()))
#: PowerShell takes these for quotes and dashes, the parser does not: a program that has one means two things.
AMBIGUOUS = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2013\u2014\u2015"
#: Kinds that mean something even with one child, though their name ends like those of the chain of precedences.
_KEPT = {"sub_expression", "array_expression", "script_block_expression", "hash_literal_expression",
         "parenthesized_expression", "cast_expression", "expression_with_unary_operator"}  # fmt: skip


@dataclass(eq=False)
class Node:
    """One piece of a program. `tokens` are the words of the syntax itself (`if`, `-eq`, `{`), in order."""

    kind: str
    text: str
    line: int
    start: int
    end: int
    kids: list[Node] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    fields: dict[str, Node] = field(default_factory=dict)
    known: Any = None  # what was made of it once, and is the same each time it runs

    def first(self, kind: str) -> Node | None:
        """Its first child of a kind."""
        return next((kid for kid in self.kids if kid.kind == kind), None)

    def every(self, kind: str) -> list[Node]:
        """Its children of a kind."""
        return [kid for kid in self.kids if kid.kind == kind]

    def walk(self) -> Iterator[Node]:
        """Itself and all below."""
        yield self
        for kid in self.kids:
            yield from kid.walk()


def faults_of(text: str) -> list[str]:
    """What the parser did not understand, a line each; empty when all was understood."""
    source = text.encode("utf-8", "surrogateescape")
    found: list[str] = []
    waiting = [_PARSER.parse(source).root_node]
    while waiting:
        node = waiting.pop()
        if node.type == "ERROR" or node.is_missing:
            word = "MISSING " + node.type if node.is_missing else "ERROR"
            found.append(f"{node.start_point[0] + 1}: {word} {_text(source, node)[:60]!r}")
        elif node.has_error:
            waiting.extend(node.children)
    return found


@lru_cache(maxsize=512)
def parse(text: str) -> Node:
    """The tree of a program. Raises NotKnown where the parser does not understand it whole."""
    found = faults_of(text)
    if found:
        raise NotKnown("no program the parser knows: " + "; ".join(found))
    source = text.encode("utf-8", "surrogateescape")
    root = _PARSER.parse(source).root_node
    _refuse_ambiguous(source, root)
    return _build(source, root)


def _refuse_ambiguous(source: bytes, root: Parsed) -> None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type != "comment":
            if not node.children and any(mark in _text(source, node) for mark in AMBIGUOUS):
                raise NotKnown(f"line {node.start_point[0] + 1}: a typographic quote or dash outside a comment")
            waiting.extend(node.children)


def _text(source: bytes, node: Parsed) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")


def _build(source: bytes, node: Parsed) -> Node:
    while (
        node.type.endswith("expression")
        and node.type not in _KEPT
        and node.child_count == 1
        and node.children[0].is_named
    ):
        node = node.children[0]
    kind = node.type.replace("_argument_expression", "_expression")
    made = Node(kind, _text(source, node), node.start_point[0] + 1, node.start_byte, node.end_byte)
    for place, child in enumerate(node.children):
        if child.type == "comment":
            continue
        if not child.is_named:
            made.tokens.append(child.type)
            continue
        below = _build(source, child)
        made.kids.append(below)
        name = node.field_name_for_child(place)
        if name:
            made.fields[name] = below
    return made
