"""What `launchctl` says of jobs: its exit statuses told apart, and a loaded job held against its property list.

Its output is no interface by its own manual, so whatever is not found in it makes the job unread, never healthy.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio_backup.resource import Unparsable

_LINE = re.compile(r'\s*"(.+)" => (\w+)')
#: Up to macOS 12 the first two, since then the others (reference: branches of a public rule set for each version).
_DISABLED = {"true": True, "false": False, "disabled": True, "enabled": False}
#: No such service, in whatever words (113); nothing else says that a job is not loaded.
_NOT_FOUND = 113


@dataclass(frozen=True)
class Told:
    """Labels that are disabled, and by label what `print` ended with and said."""

    disabled: frozenset[str]
    printed: Mapping[str, tuple[int, str]]


@lru_cache(maxsize=64)
def told(text: str) -> Told:
    """What stands behind the listing; raises Unparsable when it is not whole or launchd could not say it."""
    if not text.endswith("told\n"):
        raise Unparsable("what launchd says ended early")
    disabled: frozenset[str] | None = None
    printed: dict[str, tuple[int, str]] = {}
    for head, body in re.findall(r"(?m)^(disabled\t.*|print\t.*)\n((?:\| .*\n|\|\n)*)", text):
        word, code, *label = head.split("\t")
        said = "".join(line[2:] for line in body.splitlines(keepends=True))
        if not code.isdigit():
            raise Unparsable("what launchd says is half a line")
        if word == "disabled":
            disabled = _disabled(int(code), said)
        elif len(label) == 1:
            printed[label[0]] = (int(code), said)
    if disabled is None:
        raise Unparsable("launchd does not say what is disabled")
    return Told(disabled, printed)


def _disabled(code: int, said: str) -> frozenset[str]:
    if code:
        raise Unparsable(f"launchctl print-disabled ended with {code}: {said.strip()}")
    words = [(found[1], found[2]) for line in said.splitlines() if (found := _LINE.fullmatch(line))]
    unknown = [word for _, word in words if word not in _DISABLED]
    if unknown:
        raise Unparsable(f"launchctl print-disabled says {unknown[0]!r}, which is not known")
    return frozenset(label for label, word in words if _DISABLED[word])


def loaded_as(said: Told, label: str, text: str) -> str:
    """`no`, `yes` for a job that is loaded as its file says, else in a word what is not; raises Unparsable."""
    code, printed = said.printed[label]
    if code == _NOT_FOUND:
        return "no"
    if code:
        raise Unparsable(f"launchctl print ended with {code}: {printed.strip()}")
    arguments = re.search(r"(?m)^\targuments = \{\n((?:\t\t.*\n)*)\t\}$", printed)
    if not printed.partition("\n")[0].endswith(f"{label} = {{") or not arguments or not printed.endswith("\n}\n"):
        raise Unparsable(f"what launchctl prints of {label} is not known")
    try:
        wanted: dict[str, Any] = plistlib.loads(text.encode("utf-8", "surrogateescape"))
    except Exception:  # no property list at all, in one of the many ways there are
        return "without a file of its own"
    running = [line[2:] for line in arguments[1].splitlines()]
    if running != wanted.get("ProgramArguments"):
        return "with another program"
    calendar = wanted.get("StartCalendarInterval", [])
    calendars = [calendar] if isinstance(calendar, dict) else calendar
    return "yes" if _same(_descriptors(printed), calendars) else "with another calendar"


def _descriptors(printed: str) -> list[dict[str, int]]:
    found = re.findall(r'descriptor = \{\n((?:\s*"\w+" => \d+\n)*)\s*\}', printed)
    return [{key: int(value) for key, value in re.findall(r'"(\w+)" => (\d+)', block)} for block in found]


def _same(one: list[dict[str, int]], other: list[dict[str, int]]) -> bool:
    return sorted(sorted(item.items()) for item in one) == sorted(sorted(item.items()) for item in other)
