"""Strings as they are written: quotes, here-strings, escapes, and what is filled in."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.dispatch import evaluate, expression, value
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.unicode import units

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@expression("string_literal")
def _literal(shell: Shell, node: Node) -> Any:
    return evaluate(shell, node.kids[0])


@expression("verbatim_string_characters")
def _verbatim(_: Shell, node: Node) -> str:
    return units(node.text[1:-1].replace("''", "'"))


@expression("verbatim_here_string_characters")
def _verbatim_here(_: Shell, node: Node) -> str:
    return _inside_here(node.text)


def _inside_here(text: str) -> str:
    """Without its first and its last line."""
    inner = text[2:-2]
    _, _, inner = inner.partition("\n")
    return units(inner.removesuffix("\n").removesuffix("\r"))


@expression("expandable_string_literal", "expandable_here_string_literal")
def _expandable(shell: Shell, node: Node) -> str:
    """What stands between the filled-in parts is unescaped by itself: no text that is filled in ever is."""
    if node.known is None:
        node.known = _pieces(node)
    return "".join(piece if isinstance(piece, str) else _filled(shell, piece) for piece in node.known)


def _pieces(node: Node) -> list[str | Node]:
    """The texts between what is filled in, unescaped, and what is filled in."""
    here = node.kind == "expandable_here_string_literal"
    text = node.text
    begin, end = (text.index("\n") + 1, len(text) - 2) if here else (1, len(text) - 1)
    end -= len(text[begin:end]) - len(text[begin:end].removesuffix("\n").removesuffix("\r")) if here else 0
    source = text.encode("utf-8", "surrogateescape")
    place = len(text[:begin].encode("utf-8", "surrogateescape"))
    last = len(text[:end].encode("utf-8", "surrogateescape"))
    found: list[str | Node] = []
    for kid in node.kids:
        found.append(_unescaped(source[place : kid.start - node.start].decode("utf-8", "surrogateescape"), here, node))
        found.append(kid)
        place = kid.end - node.start
    return [*found, _unescaped(source[place:last].decode("utf-8", "surrogateescape"), here, node)]


def _filled(shell: Shell, node: Node) -> str:
    given = value(shell, node)
    separator = shell.get("ofs") if shell.has("ofs") else None
    if isinstance(given, list | bytearray) and separator is not None:
        return to_text(separator).join(to_text(item) for item in items_of(given))
    return to_text(given)


def _unescaped(text: str, here: bool, node: Node) -> str:
    out, place = "", 0
    while place < len(text):
        mark = text[place]
        if mark == "`" and place + 1 < len(text):
            place += 1
            if text[place] == "u" and text[place + 1 : place + 2] == "{":
                raise NotKnown(f"line {node.line}: `u{{…}} is newer than 5.1")
            out += _ESCAPES.get(text[place], text[place])
        elif mark == '"' and not here and text[place + 1 : place + 2] == '"' and place > 0:
            out += '"'
            place += 1
        else:
            out += mark
        place += 1
    return units(out)
