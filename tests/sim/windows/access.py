"""Access lists of a simulated Windows: who owns a file or a folder, its own rules, and what it inherits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

SYSTEM, ADMINISTRATORS, USERS, CREATOR = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545", "S-1-3-0"
FULL, READ, GENERIC_ALL = 0x1F01FF, 0x1200A9, 0x10000000
FOLDERS, FILES = 1, 2  # which of what is below inherits a rule
ONE_LEVEL, BELOW_ALONE = 1, 2


@dataclass(frozen=True)
class Rule:
    """One rule; `inherited` ones are worked out, never kept."""

    sid: str
    rights: int = FULL
    allow: bool = True
    inherit: int = FOLDERS | FILES
    propagate: int = 0
    inherited: bool = False

    def handed_on(self, owner: str, folder: bool) -> list[Rule]:
        """What something that is made below gets of it."""
        if not self.inherit & (FOLDERS if folder else FILES):
            if folder and self.inherit & FILES:  # a folder only hands it on to its files
                return [replace(self, propagate=self.propagate | BELOW_ALONE, inherited=True)]
            return []
        below = 0 if not folder or self.propagate & ONE_LEVEL else self.inherit
        passed = replace(self, inherit=below, propagate=self.propagate & ~BELOW_ALONE, inherited=True)
        if self.sid != CREATOR:
            return [passed]
        own = Rule(owner, FULL if self.rights == GENERIC_ALL else self.rights, inherit=0, inherited=True)
        return [own, *([replace(passed, propagate=BELOW_ALONE)] if below else [])]


@dataclass
class Acl:
    """What is kept of one file or folder; `closed` inherits nothing."""

    owner: str = ADMINISTRATORS
    closed: bool = False
    rules: list[Rule] = field(default_factory=list)


#: What anybody may do where nothing of ours stands yet (UNVERIFIED in its details).
_PROGRAM_DATA = [
    Rule(SYSTEM), Rule(ADMINISTRATORS), Rule(CREATOR, GENERIC_ALL, propagate=BELOW_ALONE), Rule(USERS, READ),
    Rule(USERS, 0x116, inherit=FOLDERS),
]  # fmt: skip
_DRIVE = [Rule(SYSTEM), Rule(ADMINISTRATORS), Rule(USERS, READ)]


class AccessLists:
    """Every list that somebody set, by path; all others are inherited."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows
        self.lists: dict[str, Acl] = {"c:\\programdata": Acl(SYSTEM, True, list(_PROGRAM_DATA))}

    def of(self, path: str) -> Acl:
        """A list with what it inherits."""
        plain = path.rstrip("\\")
        own = self.lists.get(plain.lower(), Acl())
        if own.closed:
            return own
        above = plain.rpartition("\\")[0]
        rules = self.of(above).rules if above else list(_DRIVE)
        real = self.windows.drives.find(plain)
        folder = real is None or real.is_dir()
        return Acl(
            own.owner, False, [*own.rules, *(new for rule in rules for new in rule.handed_on(own.owner, folder))]
        )

    def put(self, path: str, acl: Acl) -> None:
        """Set one: of its rules, only its own are kept."""
        self.lists[path.rstrip("\\").lower()] = Acl(
            acl.owner, acl.closed, [one for one in acl.rules if not one.inherited]
        )
