"""What a fragment of a Windows system said: JSON as Windows PowerShell 5.1 writes it, with its oddities."""

from __future__ import annotations

import json
from typing import Any

from studio_backup.probe import Reply
from studio_backup.resource import Unparsable


def document(reply: Reply) -> dict[str, Any]:
    """The one object that a fragment emits; raises Unparsable with what it threw, or when it is no such thing."""
    if reply.exit:
        raise Unparsable(reply.err.strip() or "PowerShell did not say why it failed")
    try:
        told = json.loads(reply.out)
    except ValueError:
        raise Unparsable("PowerShell's answer is no whole JSON") from None
    if not isinstance(told, dict):
        raise Unparsable("PowerShell's answer is not the one object that was asked for")
    return told


def listed(value: object) -> list[Any]:
    """A list however PowerShell wrote it: bare when it has one item, wrapped with its count, or empty as nothing."""
    match value:
        case None:
            return []
        case list():
            return value
        case {"value": list(items), "Count": _}:
            return items
        case dict() if not value:
            return []
        case _:
            return [value]


def documents(value: object) -> list[dict[str, Any]]:
    """A list of objects; raises Unparsable where one is something else."""
    found = listed(value)
    if not all(isinstance(one, dict) for one in found):
        raise Unparsable("PowerShell lists something else than was asked for")
    return found


def items(told: dict[str, Any], key: str) -> list[Any]:
    """The list under a key; raises Unparsable where it is not there: what was not listed is not absent."""
    if key not in told:
        raise Unparsable(f"nothing is said of {key}")
    return listed(told[key])


def texts(told: dict[str, Any], key: str) -> list[str]:
    """The list of texts under a key; raises Unparsable where it is not there, or holds something else."""
    found = items(told, key)
    if not all(isinstance(one, str) for one in found):
        raise Unparsable(f"{key} is no list of texts")
    return found


def rows(told: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects listed under a key; raises Unparsable where it is not there."""
    return documents(items(told, key))


def word(told: dict[str, Any], key: str) -> str:
    """The text under a key; raises Unparsable where there is none."""
    value = told.get(key)
    if not isinstance(value, str):
        raise Unparsable(f"{key} is not told, or is no text")
    return value
