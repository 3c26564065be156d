"""Where Time Machine backs up to: what a spec calls a destination, and which of those that are set up it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Destination:
    """One of those that are set up. `word` is what a spec would call it."""

    id: str
    name: str
    word: str  # its URL or mount point; its name where it is not mounted
    local: bool
    mounted: bool
    quota: str  # in GB, or none
    completed: tuple[datetime, ...]
    result: int
    encrypted: str  # yes, no, or not known

    def is_at(self, word: str) -> bool:
        """Whether it is the one that a spec calls so: by its URL; by where it is mounted, else by its name there."""
        if not self.local:
            return same_url(self.word, word)
        return self.word == word if self.mounted else word == f"/Volumes/{self.name}"


def meant(destinations: Iterable[Destination], words: Sequence[str]) -> tuple[Destination, ...]:
    """Those that a spec means with its words."""
    return tuple(one for one in destinations if any(one.is_at(word) for word in words))


def surplus(destinations: Sequence[Destination], words: Iterable[str]) -> list[Destination]:
    """What a spec does not name, and of twins all but the best."""
    kept = []
    for word in words:
        at = [one for one in destinations if one.is_at(word)]
        # Disks that are away are known by a name alone, which two may have: none of them is taken for a twin.
        away = [one for one in at if one.local and not one.mounted]
        twins = [one for one in at if one not in away]
        kept += [*away, *sorted(twins, key=lambda one: (one.completed[-1:], one.id))[-1:]]
    return [one for one in destinations if one not in kept]


def without_password(url: str) -> str:
    """Without a password, should one stand there: this is shown."""
    scheme, sign, rest = url.partition("://")
    authority, slash, share = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{scheme}{sign}{user.partition(':')[0]}{at}{host}{slash}{share}"


def same_url(one: str, other: str) -> bool:
    """Whether two URLs name one share: the case of a host, a dot after it and how letters are encoded do not matter."""
    return _parts(one) == _parts(other)


def _parts(url: str) -> tuple[str, str, str, str]:
    found = urlsplit(url)
    user, _, host = found.netloc.rpartition("@")
    return (
        found.scheme,
        unquote(user.partition(":")[0]),
        unquote(host).lower().rstrip("."),
        unquote(found.path).strip("/"),
    )
