"""The listing of hashes that every kind of target makes of what landed there."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.restore.stream import plain


def parse_hashes(pieces: Iterable[str]) -> dict[str, str] | None:
    """Path -> SHA-256 from what `verify` of a target prints, in pieces of any size; None when that is not whole."""
    found: dict[str, str] = {}
    rest, complete = "", False
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            if complete:
                return None
            complete = line == "complete"
            if not complete:
                name, digest = _hashed(line)
                found[name] = digest
    return found if complete and not rest else None


def _hashed(line: str) -> tuple[str, str]:
    digest, _, name = line.partition(" ")
    if name.startswith("x"):
        name = bytes.fromhex(name[1:]).decode("utf-8", "surrogateescape")
    return plain(name[1:] if name.startswith(" ") else name), digest
