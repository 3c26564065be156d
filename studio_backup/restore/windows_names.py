"""What a folder of Windows can hold: by the letters of a name, and beside the names that are there already."""

from __future__ import annotations

import re

_FORBIDDEN = frozenset('<>:"|?*\\')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])( *\..*)?", re.IGNORECASE)
_LONGEST = 255
_ABSOLUTE = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)


def folder_of(text: str) -> str | None:
    """An absolute folder of a drive as Windows writes it, as D:\\Restored; None for anything else, a share too."""
    found = _ABSOLUTE.fullmatch(text)
    if found is None:
        return None
    parts = [part for part in re.split(r"[\\/]", found[2]) if part not in ("", ".")]
    if any(unfit(part, verbatim=False) for part in parts):
        return None
    return "\\".join((f"{found[1].upper()}:", *parts)) if parts else f"{found[1].upper()}:\\"


def unfit(name: str, *, verbatim: bool) -> str:
    """Why nothing there can be called so, "" when it can.

    `verbatim`: by paths that begin with \\\\?\\, which Windows takes as they stand; otherwise it drops dots and blanks
    at the end of a name, and takes some names for devices.
    """
    marks = sorted({mark for mark in name if mark in _FORBIDDEN})
    if marks:
        return f"no name on Windows holds {' '.join(marks)}"
    if any(mark < " " for mark in name):
        return "no name on Windows holds control characters"
    try:
        letters = len(name.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        return "its name is no text"
    if letters > _LONGEST:
        return f"no name on Windows has more than {_LONGEST} letters"
    if name == "..":
        return "it leads out of the folder"
    if not verbatim and name[-1:] in (".", " "):
        return "Windows would drop the dot or blank at the end of its name"
    if not verbatim and _DEVICE.fullmatch(name):
        return "Windows takes its name for a device"
    return ""


class Names:
    """The paths that have landed so far in one folder, parted by slashes."""

    def __init__(self, *, verbatim: bool) -> None:
        self._verbatim = verbatim
        self._there: dict[str, str] = {}  # by what Windows takes for one name

    def add(self, path: str) -> tuple[str, list[str]]:
        """Why it cannot land ("": it can, and counts as there), and the folders above it that nobody named yet."""
        fresh: dict[str, str] = {}
        parts = path.split("/")
        for end, part in enumerate(parts, 1):
            here = "/".join(parts[:end])
            folded = "".join(map(_upper, here))
            known = self._there.get(folded)
            if known == here:
                continue
            reason = f"on Windows its name is that of {known}" if known else unfit(part, verbatim=self._verbatim)
            if reason:
                return reason, []
            fresh[folded] = here
        self._there |= fresh
        return "", [above for above in fresh.values() if above != path]


def _upper(letter: str) -> str:
    """As file systems of Windows fold one: by itself, none beyond the 16 bits of old, and none that becomes ASCII."""
    upper = letter.upper()
    stays = len(upper) > 1 or letter > "\uffff" or (upper.isascii() and not letter.isascii())
    return letter if stays else upper
