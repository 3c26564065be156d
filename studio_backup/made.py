"""Snapshots that another program made, from listings: restore points by their moment, and where each lies."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from datetime import UTC, datetime

#: btrbk 0.32 `list snapshots --format=raw`: NAME.YYYYMMDDThhmmss+hhmm, with _N for a second one of a moment.
_BTRBK = re.compile(r".*\.(\d{8}T\d{6}[+-]\d{4})(?:_\d+)?")
#: sanoid 2.1 in `zfs list -H -p -o name,creation`: what a name says of the time has no zone, so ZFS is believed.
_SANOID = re.compile(r"[^@\t]+@(autosnap_[^\t@/]+)\t(\d{1,11})")


def made_points(by: str, lines: Iterable[str], folder: str) -> dict[str, str]:
    """Restore point -> path, for each line of a snapshot by this program; those of sanoid are seen below `folder`."""
    read = _of_btrbk if by == "btrbk" else _of_sanoid
    found: dict[str, str] = {}
    for line in lines:
        moment, path = read(line)
        if moment is not None:
            found[moment.strftime("%Y-%m-%dT%H-%M-%SZ")] = path if by == "btrbk" else f"{folder}/{path}"
    return found


def _of_btrbk(line: str) -> tuple[datetime | None, str]:
    try:
        words = dict(word.partition("=")[::2] for word in shlex.split(line))
        named = _BTRBK.fullmatch(words.get("snapshot_name", ""))
        moment = datetime.strptime(named[1], "%Y%m%dT%H%M%S%z").astimezone(UTC) if named else None
    except (ValueError, OverflowError):  # a zone can lead out of the years that there are
        return None, ""
    path = words.get("snapshot_subvolume", "")
    return (moment, path) if path.startswith("/") else (None, "")


def _of_sanoid(line: str) -> tuple[datetime | None, str]:
    found = _SANOID.fullmatch(line)
    return (datetime.fromtimestamp(int(found[2]), UTC), found[1]) if found else (None, "")
