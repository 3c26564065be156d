"""Session files by their ending: which can be read, which are known and cannot, and which are backups of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import IO

from studio_backup.references.ardour import ardour
from studio_backup.references.dawproject import dawproject
from studio_backup.references.live import live
from studio_backup.references.named import Named
from studio_backup.references.reaper import reaper

#: Ending -> the program, and what reads its sessions.
READERS: Mapping[str, tuple[str, Callable[[IO[bytes]], list[Named]]]] = {
    ".als": ("Ableton Live", live),
    ".ardour": ("Ardour", ardour),
    ".dawproject": ("DAWproject", dawproject),
    ".rpp": ("REAPER", reaper),
}
#: Sessions that nobody reads here: never taken for whole.
OPAQUE: Mapping[str, str] = {
    ".ptx": "Pro Tools", ".ptf": "Pro Tools", ".pts": "Pro Tools", ".logicx": "Logic Pro", ".cpr": "Cubase",
    ".npr": "Nuendo", ".flp": "FL Studio", ".song": "Studio One", ".bwproject": "Bitwig Studio",
    ".band": "GarageBand", ".reason": "Reason",
}  # fmt: skip
#: Folders of what programs saved by themselves: what they name need not be there any more.
_BACKUPS = ("backup", "session file backups", "project file backups")
_NUMBERED = re.compile(r"\.bak[0-9]*\.")


def named_in(ending: str, file: IO[bytes]) -> list[Named]:
    """Every file that a session names, each once. Raises DamagedError."""
    return sorted(set(READERS[ending][1](file)))


def is_backup(path: str) -> bool:
    """True for a session that a program saved beside the real one; a folder of whole songs may be called so, too."""
    *folders, name = path.lower().split("/")
    return (bool(folders) and folders[-1] in _BACKUPS) or bool(_NUMBERED.search(name))
