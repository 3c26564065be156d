"""The texts of the programs that a machine runs, as they stand in studio_backup/jobs."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def shipped(name: str) -> str:
    """The text of one file of studio_backup/jobs."""
    return (files("studio_backup") / "jobs" / name).read_text(encoding="utf-8")
