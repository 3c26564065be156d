"""Patterns for file names as regular expressions that .NET and Python read alike."""

from __future__ import annotations

import re
from collections.abc import Iterable


def names(patterns: Iterable[str]) -> str:
    """One expression for a whole file name that fits any of these patterns (`*`, `?`, `[a-z]`); "" for none."""
    found = [_one(pattern) for pattern in patterns]
    return rf"\A(?:{'|'.join(found)})\z" if found else ""


def _one(pattern: str) -> str:
    return "".join(_part(part) for part in re.findall(r"\[!?\]?[^\]]*\]|.", pattern, re.DOTALL))


def _part(part: str) -> str:
    if part == "*":
        return ".*"
    if part == "?":
        return "."
    if len(part) > 2 and part[0] == "[":
        inner = part[1:-1]
        negated, inner = inner.startswith("!"), inner.removeprefix("!")
        return f"[{'^' if negated else ''}{_escaped(inner, keep='-')}]"
    return _escaped(part)


def _escaped(text: str, keep: str = "") -> str:
    r"""Only what means something in an expression: .NET refuses some of what Python would escape besides."""
    return "".join(rf"\{letter}" if letter in r"\.^$|?*+()[]{}#-" and letter not in keep else letter for letter in text)
