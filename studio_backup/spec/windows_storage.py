"""Words of the storage that plays keep on Windows: the kinds, ids of volumes, how much room shadow copies may take."""

from __future__ import annotations

import re

from studio_backup.spec.wording import MalformedError, shorten

#: By the name of an array and of a volume of the machine.
OF_ARRAYS = ("storage-space",)
OF_VOLUMES = ("shadow-copies",)
WINDOWS_STORAGE = (*OF_ARRAYS, *OF_VOLUMES)
#: File systems that have shadow copies, and those that a space is formatted as.
SHADOWED = ("ntfs", "refs")
FORMATTED = ("ntfs", "refs")

_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SERIAL = re.compile(r"[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}")
_ROOM = re.compile(r"([1-9][0-9]{0,6}) ?(%|MB|GB|TB)")
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
#: VSS gives less than this to nobody.
_LEAST = 320 * 2**20


def is_windows_id(text: str) -> bool:
    """True for what Windows knows a volume by: its GUID, or the serial of its file system."""
    return _GUID.fullmatch(text) is not None or _SERIAL.fullmatch(text) is not None


def check_shadow_room(text: str) -> None:
    """A share of the volume, or a size."""
    shadow_room(text)


def shadow_room(text: str) -> tuple[int, int]:
    """Percent of the volume, or bytes; the other one is 0. Raises `MalformedError`."""
    found = _ROOM.fullmatch(text)
    fix = "write a share of the volume, as in 10%, or a size, as in 20 GB"
    if found is None:
        raise MalformedError(f"'{shorten(text)}' is no room for shadow copies", fix)
    count = int(found[1])
    if found[2] == "%":
        if count > 100:
            raise MalformedError(f"'{shorten(text)}' is more than the volume", fix)
        return count, 0
    size = count * _UNITS[found[2]]
    if size < _LEAST:
        raise MalformedError(f"'{shorten(text)}' is too little room for shadow copies", "give them 1 GB at least")
    return 0, size
