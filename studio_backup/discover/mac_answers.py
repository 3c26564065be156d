"""What the tools of a Mac answered, as texts and property lists: nothing where one is none, since this only looks."""

from __future__ import annotations

import plistlib
import re
from typing import Any

_HEAD = re.compile(r"plist\t(.+)\t([0-9]+)")
Plist = dict[str, Any]


def answers_of(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The whole answers of tools by what was asked, and our own lines by their first word."""
    texts: dict[str, list[str]] = {}
    lines: dict[str, list[str]] = {}
    into: list[str] = []
    for line in text.splitlines():
        head = _HEAD.fullmatch(line)
        word, _, rest = line.partition("\t")
        if head:
            into = texts.setdefault(head[1], [])
        elif line.startswith("| "):
            into.append(line[2:])
        else:
            lines.setdefault(word, []).append(rest)
    return {what: "\n".join(body) for what, body in texts.items()}, lines


def read_plist(text: str) -> Plist:
    """Nothing for what is no property list: an error, an empty answer, somebody's file."""
    try:
        value = plistlib.loads(text.encode("utf-8", "surrogateescape"))
    except Exception:  # whatever it trips over, it says nothing that could be written down
        return {}
    return value if isinstance(value, dict) else {}


def entries_in(plist: Plist, key: str) -> list[Plist]:
    """The entries of a list; none where a Mac says something else there."""
    value = plist.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
