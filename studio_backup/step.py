"""Steps: what mends one difference on a machine, as POSIX sh that reaches it later inside one whole script."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from studio_backup.secret import Secret


class Risk(StrEnum):
    """What a step can cost at worst."""

    SAFE = "safe"
    DISRUPTS = "disrupts"
    DESTROYS = "destroys"


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A file that is written aside under its final name, to be checked and then renamed to `path`."""

    path: str
    text: str
    mode: str  # octal, "0644"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One change. `args` reach `script` and `guard` as "$@"; one that names a staged file reaches them as the place
    where it waits. Steps with the same script and guard are carried out in one call, with the arguments of all.

    A `secret` reaches `script` as "$secret", a variable that is in no environment, and the step is joined to no other.

    A step that destroys runs only once each of its `names` was given to --allow-destroy, and never joined to another;
    `stakes` says in words what is lost, one line each.
    """

    title: str
    script: str
    args: tuple[str, ...] = ()
    guard: str = ""
    risk: Risk = Risk.SAFE
    staged: tuple[Staged, ...] = ()
    names: tuple[str, ...] = ()
    stakes: tuple[str, ...] = ()
    secret: Secret | None = None

    def digest(self) -> str:
        """Hash of all that would run: a saved plan holds these, and `apply` refuses when one differs."""
        parts = [self.title, self.script, self.guard, self.risk, *self.args, *self.names, *self.stakes]
        parts += [self.secret.kind, *self.secret.words] if self.secret else []
        parts += [part for file in self.staged for part in (file.path, file.text, file.mode)]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Task:
    """The steps of one change on one system, and what the manifest says of it from then on.

    `entry` is written before the first step; None removes the entry once every step has gone well.
    """

    address: str
    steps: tuple[Step, ...]
    entry_path: str  # below our state folder
    entry: str | None
    fresh: bool = False  # no entry of ours stood there before: one that led to nothing is taken out again
    needs: frozenset[str] = frozenset()  # addresses on the same system whose steps go first


@dataclass(frozen=True)
class Outcome:
    """How the steps of one address ended: the worst exit status, and what they printed."""

    exit: int
    log: str
