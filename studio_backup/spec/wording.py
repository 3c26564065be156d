"""How the spec's messages read: what is wrong, the smallest fix, and near matches."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


class MalformedError(ValueError):
    """A text that does not mean what its key wants; `fix` says what to write."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def near(word: str, known: Iterable[str]) -> list[str]:
    """Up to three known words that look like `word`, best first."""
    candidates = list(known)
    folded = {candidate.lower().replace("_", "-"): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.lower().replace("_", "-")[:80], list(folded), n=3, cutoff=0.6)
    return [folded[name] for name in found]


def suggest(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean …?` where something is near, else what there is to choose from, else `otherwise`."""
    candidates = list(known)
    if matches := near(word, candidates):
        return f"did you mean {' or '.join(repr(match) for match in matches)}?"
    if candidates and len(candidates) <= 12:
        return f"one of: {', '.join(sorted(candidates))}"
    return otherwise


def without_secrets(text: str) -> str:
    """The same, as long as before, without passwords in URLs; of one that is no share, nothing but its scheme."""
    return _URL.sub(_starred, text)


#: Where files are kept: no token stands in the path of these.
_SHARES = ("smb", "afp", "nfs", "ssh", "sftp", "file", "rsync")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^\s'\"]+)")


def _starred(url: re.Match[str]) -> str:
    scheme, rest = url[1], url[2]
    if scheme.lower() in _SHARES:
        rest = re.sub(r"(?<=:)[^/@]*(?=@)", lambda password: "*" * len(password[0]), rest)
    else:
        rest = "*" * len(rest)
    return f"{scheme}://{rest}"


def shorten(text: str, limit: int = 60) -> str:
    """`text` on one line and not longer than `limit`, for use inside a message."""
    line = without_secrets(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"
