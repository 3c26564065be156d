"""What registry.ps1 says of one value: a number, or that it is not there."""

from __future__ import annotations

from typing import Any

from studio_backup.resource import Unparsable


def number(found: dict[str, Any], name: str) -> int | None:
    """A number as REG_DWORD has it; None where it is proven absent; raises Unparsable for anything else."""
    told = _told(found, name)
    if told is None:
        return None
    sort, value = told
    if sort != "DWord" or not value.removeprefix("-").isdigit():
        raise Unparsable(f"{name} is {value[:40]!r}, of sort {sort[:20]}, and no number")
    return int(value) & 0xFFFFFFFF


def text(found: dict[str, Any], name: str) -> str | None:
    """Text as REG_SZ has it; None where it is proven absent; raises Unparsable for anything else."""
    told = _told(found, name)
    if told is None:
        return None
    sort, value = told
    if sort not in ("String", "ExpandString"):
        raise Unparsable(f"{name} is of sort {sort[:20]}, and no text")
    return value


def _told(found: dict[str, Any], name: str) -> tuple[str, str] | None:
    match found.get(name):
        case {"state": "absent"}:
            return None
        case {"state": "there", "sort": str(sort), "value": str(value)}:
            return sort, value
        case _:
            raise Unparsable(f"nothing is said of {name}")
