"""What stands on a machine that the spec does not know: the values that every kind of system is read into."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SECRET = re.compile(
    r"(?i)(\b\w*(?:pass|token|secret|key|credential)\w*\s*[=:]\s*"
    r"|--(?:[\w-]*-)?(?:pass(?:word)?|token|secret)[= ]|\bsshpass -p ?)"
    r"""("[^"]*"?|'[^']*'?|\S)+"""
)
#: What may stand in a spec as it is; whatever else a machine says there is said in words instead.
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+@=-]*")
_LOGIN = re.compile(r"(?i)(\w+://[^/\s:@]+):[^@\s/]+@")


@dataclass(frozen=True)
class Drive:
    """One physical disk; `by_id` is what a spec names it by, under the key `word`."""

    kernel: str
    by_id: str
    medium: str
    bytes: int
    model: str
    word: str = "id"


@dataclass(frozen=True)
class Group:
    """Disks that are joined; `members` are kernel names of disks."""

    kernel: str
    kind: str
    level: str
    id: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Mounted:
    """A file system with data on it; `on` is the kernel name of a disk or of a Group."""

    path: str
    filesystem: str
    id: str
    on: str
    name: str = ""  # what to call it; "" where the end of its path does


@dataclass
class Found:
    """All of it. `notes` are sentences on what is there and cannot be written down."""

    system: str = ""
    host: str = ""
    drives: list[Drive] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    volumes: list[Mounted] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    os: str = "linux"
    external: list[tuple[str, str]] = field(default_factory=list)  # a product of spec.tools, and what it left behind


def masked(line: str) -> str:
    """A job's line without what it keeps secret."""
    return _LOGIN.sub(r"\1:***@", _SECRET.sub(r"\1***", line))
