"""What is never copied, as regular expressions: rsync's patterns for the job on Windows, which has no rsync."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: What both Python's `re` and .NET read otherwise than as itself.
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}#\s-]")


@dataclass(frozen=True)
class Excluded:
    """Expressions for whole paths below a source, parted by `/`; `folders` fit folders alone."""

    anything: tuple[str, ...]
    folders: tuple[str, ...]


def excluded_paths(patterns: Iterable[str]) -> Excluded:
    """The patterns of an rsync exclude list, one each; one that can fit nothing is left out."""
    anything: dict[str, None] = {}
    folders: dict[str, None] = {}
    for pattern in patterns:
        folder = pattern.removesuffix("***") if pattern.endswith("/***") else pattern
        kind = folders if folder.endswith("/") and folder != "/" else anything
        whole = _whole(folder.removesuffix("/") if kind is folders else pattern)
        kind.update({whole: None} if whole else {})
    return Excluded(tuple(anything), tuple(folders))


def _whole(pattern: str) -> str:
    """One that begins with a slash counts from the root; another fits the end of a path, where a name begins."""
    if pattern.startswith("/"):  # `/**/x` is below a folder: an `x` in the root is no such one
        return expression(pattern[1:])
    before, found = "(?:.*/)?", expression(pattern.removeprefix("**/"))
    return f"{before}{found}" if found else ""


def expression(pattern: str) -> str:
    """What `*`, `**`, `?` and `[…]` of rsync fit; nothing where a set has no end or holds a slash, which fits nothing.
    Without any of these a backslash is a plain letter, as rsync has it."""
    wild = any(letter in pattern for letter in "*?[")
    result, at = "", 0
    while at < len(pattern):
        letter = pattern[at]
        if stars := re.match(r"\*\*+", pattern[at:]):
            result, at = result + ".*", at + stars.end()
            continue
        if letter == "[":
            found = _set(pattern, at)
            if found is None:
                return ""
            result, at = result + found[0], found[1]
            continue
        if letter == "\\" and wild and at + 1 < len(pattern):
            at += 1
            letter = plain(pattern[at])
        else:
            letter = {"*": "[^/]*", "?": "[^/]"}.get(letter, plain(letter))
        result, at = result + letter, at + 1
    return result


def plain(text: str) -> str:
    """Text that stands for itself."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def _set(pattern: str, at: int) -> tuple[str, int] | None:
    """A set of letters from `[` at `at`, and where it ends; None for one that has no end, or a slash in it."""
    start = at + 1
    against = pattern[start : start + 1] in ("!", "^")
    start += against
    end = pattern.find("]", start + 1)
    while end != -1 and (name := re.match(r"\[:[a-z]+:\]", pattern[pattern.rfind("[", start, end) :])):
        if pattern.rfind("[", start, end) + name.end() != end + 1:
            break
        end = pattern.find("]", end + 1)
    if end == -1 or "/" in pattern[start:end]:
        return None
    inside = re.sub(r"\[:([a-z]+):\]", lambda found: _CLASSES.get(found[1], ""), pattern[start:end])
    letters = re.sub(r"[\\\[\]^]", lambda found: "\\" + found[0], inside)
    return f"[{'^/' if against else ''}{letters}]", end + 1


_CLASSES = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "upper": "A-Z", "lower": "a-z", "space": " ",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip
