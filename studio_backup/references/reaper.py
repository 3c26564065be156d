"""REAPER projects: nested chunks of text; a FILE line within a SOURCE chunk names what is played."""

from __future__ import annotations

from typing import IO

from studio_backup.references.named import DamagedError, Named, slashed, whole


def reaper(file: IO[bytes]) -> list[Named]:
    """Every file of every source. What samplers name within their own state is not looked into."""
    lines = whole(file).decode("utf-8", "surrogateescape").splitlines()
    if not lines or not lines[0].lstrip("\ufeff").startswith("<REAPER_PROJECT"):
        raise DamagedError("no REAPER project: its first line is another")
    chunks: list[str] = []
    found: list[Named] = []
    for line in lines:
        text = line.strip().lstrip("\ufeff")
        if text.startswith("<"):
            chunks.append(text[1:].split(" ", 1)[0])
        elif text == ">":
            if not chunks:
                raise DamagedError("a chunk ends that never began")
            chunks.pop()
        elif text.startswith("FILE ") and chunks and chunks[-1] == "SOURCE":
            found.append(Named(slashed(_first(text[5:].strip()))))
    if chunks:
        raise DamagedError(f"cut: {len(chunks)} chunks do not end")
    return [one for one in found if one.path]


def _first(text: str) -> str:
    """The first word; one with blanks stands in the quotes that are not part of it."""
    if text[:1] in ('"', "'", "`"):
        return text[1:].partition(text[0])[0]
    return text.partition(" ")[0]
