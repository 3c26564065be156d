"""One place that holds a dataset, with all that it lives and dies with."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.policy.reach import Depth
from studio_backup.policy.turns import Turn
from studio_backup.spec.model import Copy
from studio_backup.spec.outside import External

ORIGINAL = "original"
#: What stands before the name of an account where a site is asked for: an account is a place of its own.
ACCOUNT = "account:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Names of disks and arrays are MACHINE/NAME, of rooms SITE/NAME; a drive that travels is DRIVE alone."""

    name: str  # ORIGINAL, or the copy's
    machine: str = ""  # "" where it hangs on none: a drive that is put away, an account
    volume: str = ""
    drive: str = ""  # the drive that travels
    account: str = ""
    site: str
    room: str = ""  # "" where the room is not known
    disks: frozenset[str] = frozenset()
    shared: frozenset[tuple[str, str, str]] = frozenset()  # (enclosure | controller | power, name, disk)
    array: str = ""  # "" on a single disk
    spare: int = 0  # disks that may die before it is gone
    media: frozenset[str]
    readers: frozenset[str] = frozenset()  # systems that mount its volume
    systems: frozenset[str] = frozenset()  # MACHINE/SYSTEM of every operating system that is installed on its disks
    erasers: frozenset[str] = frozenset()  # machine:NAME, person:NAME, key:NAME, control: who can erase it from afar
    offline: bool = False  # not plugged in between two uses
    lock: int = 0  # seconds for which nobody can erase what was written; 0 where it ends before anybody notices
    turn: Turn | None = None  # of a drive that takes turns with others
    needs: tuple[str, ...] = ()  # what has to be had to read it: a tape drive, a program
    sync: bool = False  # what happens to the original happens here, at once
    age: int  # seconds that its newest state may be behind the original, if every job runs
    depths: tuple[Depth, ...]  # how far back it surely holds a state, and how coarsely; () for what keeps no versions
    secured: bool = False  # locked away: a theft does not take it
    copy: Copy | None = None
    external: External | None = None

    @property
    def is_original(self) -> bool:
        """True for the place where the work is done."""
        return self.copy is None and self.external is None

    @property
    def versioned(self) -> bool:
        """True where older states are kept."""
        return bool(self.depths)

    @property
    def reach(self) -> float:
        """Seconds back for which it surely holds a state; infinite when nothing ever goes."""
        return max((depth.back for depth in self.depths), default=0.0)

    @property
    def where(self) -> str:
        """What holds it, as people name it."""
        if self.account:
            return f"{ACCOUNT}{self.account}"
        return f"drive:{self.drive}" if self.drive and not self.machine else f"{self.machine}:{self.volume}"

    @property
    def out_of_reach(self) -> bool:
        """True where no key erases it: it is not plugged in, or locked until after it is noticed."""
        return self.offline or self.lock > 0

    def shares(self, other: Holding) -> bool:
        """True when both lie on one disk, or in one account: together they are one copy."""
        return bool(self.disks & other.disks) or (self.account != "" and self.account == other.account)
