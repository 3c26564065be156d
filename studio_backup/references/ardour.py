"""Ardour and Mixbus sessions: XML; a source with an origin is that file, any other is in the session's folders."""

from __future__ import annotations

from typing import IO

from studio_backup.references.named import DamagedError, Named, parsed, whole


def ardour(file: IO[bytes]) -> list[Named]:
    """Every source."""
    root = parsed(whole(file))
    if root.tag != "Session":
        raise DamagedError("no Ardour session: its XML is of something else")
    found = []
    for source in root.iter("Source"):
        name, origin = source.get("name", ""), source.get("origin", "")
        folder = "midifiles" if source.get("type") == "midi" else "audiofiles"
        if origin.startswith("/") or name.startswith("/"):
            found.append(Named(origin if origin.startswith("/") else name))
        elif name:
            found.append(Named(name, search=(f"interchange/*/{folder}", "sounds", "externals")))
    return found
