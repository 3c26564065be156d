"""Snapshots that another program made, from its own listing: restore points by their moment, and where each lies."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from datetime import UTC, datetime

#: btrbk 0.32 `list snapshots --format=raw`: NAME.YYYYMMDDThhmmss+hhmm, with _N for a second one of a moment.
_NAME = re.compile(r".*\.(\d{8}T\d{6}[+-]\d{4})(?:_\d+)?")


def made_points(lines: Iterable[str]) -> dict[str, str]:
    """Restore point -> path, for each line that names a moment; other lines are of snapshots made otherwise."""
    found: dict[str, str] = {}
    for line in lines:
        try:
            words = dict(word.partition("=")[::2] for word in shlex.split(line))
            named = _NAME.fullmatch(words.get("snapshot_name", ""))
            moment = datetime.strptime(named[1], "%Y%m%dT%H%M%S%z") if named else None
        except ValueError:
            continue
        path = words.get("snapshot_subvolume", "")
        if moment is not None and path.startswith("/"):
            found[moment.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")] = path
    return found
