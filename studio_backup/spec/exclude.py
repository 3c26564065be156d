"""What a copy may leave out, and what a session in progress writes: patterns of rsync, or presets of them."""

from __future__ import annotations

from studio_backup.spec.presets import PRESETS
from studio_backup.spec.wording import MalformedError, shorten, suggest


def check_exclude(text: str) -> None:
    """An rsync pattern on one line, or a preset that we know."""
    if text.startswith("preset:"):
        name = text.removeprefix("preset:")
        if name not in PRESETS:
            raise MalformedError(f"there is no preset '{shorten(name)}'", suggest(name, PRESETS, "write a pattern"))
        return
    check_pattern(text)


def check_pattern(text: str) -> None:
    """Patterns go into files with one a line, where `+ `, `- ` and `!` are rsync's own commands."""
    if not text or not text.isprintable() or text != text.strip() or len(text) > 200:
        raise MalformedError(
            f"'{shorten(text)}' is not a pattern",
            "write one pattern of printable characters, with no space around it",
        )
    if text == "!" or text.startswith(("+ ", "- ", "!", ";", "#")):
        raise MalformedError(f"the pattern '{shorten(text)}' begins like an rsync command", "put a / or * before it")
    if text in ("*", "**", "/", "/*", "/**", "***", "/***"):
        raise MalformedError(f"the pattern '{text}' leaves everything out", "delete it, or name what to leave out")
