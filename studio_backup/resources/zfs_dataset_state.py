"""A dataset of ZFS in words: its key, what is in the way, its room, and values as the spec writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio_backup.resources.zfs_sizes import SIZES, size_text

#: Per cent that must be free.
_ROOM = 5


def as_written(name: str, value: str) -> str:
    """As the spec writes it."""
    if name in SIZES:
        return size_text(int(value)) if value.isdigit() else value
    return {"posixacl": "posix", "noacl": "off"}.get(value, value) if name == "acltype" else value


def attributes(text: str) -> str:
    """What `xattr=on` means: since OpenZFS 2.3 what was `sa` before, and is printed instead of it."""
    version = re.match(r"version\tzfs-(\d+)\.(\d+)", text)
    if version is None:
        return "on"
    return "sa" if (int(version[1]), int(version[2])) >= (2, 3) else "dir"


def key(told: Mapping[str, str]) -> str:
    """A key that stands in a file is loaded by the mount."""
    if told.get("keystatus") != "unavailable" or told.get("keylocation") != "prompt":
        return "there"
    return "not loaded, and asked for: zfs load-key"


def way(at: list[str], dataset: str, there: bool) -> str:
    """What is in the way at the path that the spec says."""
    state, source = at[0], at[1] if len(at) > 1 else ""
    if state == "mounted" and source != dataset:
        return f"another file system is mounted there: {source}"
    if there:
        return "clear"
    return {"full": "files, which a mount would hide", "file": "no folder"}.get(state, "clear")


def room(used: int, available: int) -> str:
    """In words, once little is left."""
    free = 100 * available // max(used + available, 1)
    return "enough" if free >= _ROOM else f"{free} % ({available // 1_000_000} MB) free"
