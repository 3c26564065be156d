"""Things without a shell: drives that travel, accounts, and the copies that other products make."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.source import Place
from studio_backup.spec.schedule import DAY, Schedule

#: How long one drive of a rotation is here before the next, unless the spec says.
TURN = 7 * DAY


@dataclass(frozen=True, order=True)
class Whereabouts:
    """Where something is kept: a site, and a room of it where that is known."""

    site: str
    room: str | None = None

    @property
    def full_name(self) -> str:
        """SITE or SITE/ROOM, as it is written."""
        return f"{self.site}/{self.room}" if self.room else self.site


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """What somebody says to have seen: who, the day, and the last day that it is believed (ISO dates)."""

    by: str
    on: str
    until: str


@dataclass(frozen=True, kw_only=True)
class Drive:
    """A disk, tape, disc or card that travels, or a set of them that is only good together."""

    name: str
    serial: str | None = None
    by_id: str | None = None
    medium: str  # ssd nvme hdd tape optical card
    format: str | None = None  # of a tape or a disc: lto-6, dvd-r …
    pieces: int = 1
    capacity: int | None = None  # usable bytes of one piece, uncompressed; None where nobody says
    read_with: str | None = None  # the tape drive, disc drive or box that reads it, in free words
    software: str | None = None  # what is needed to read it beside that
    home: Whereabouts  # where it is kept between two uses; of one that is plugged in: where the machine stands
    at: Whereabouts  # where it is until a move is recorded
    plugged_into: str | None = None  # machine that it stays plugged into
    rotation: str | None = None  # drives that take turns share one
    turn: int = TURN  # seconds for which it is here before the next drive of its rotation takes its place
    enclosure: str | None = None
    power: str | None = None
    model: str | None = None
    interface: str | None = None
    in_service: str | None = None  # ISO date
    warranty_until: str | None = None  # ISO date
    spin_up_every: int | None = None  # seconds; None where it need not be
    refresh_by: str | None = None  # ISO date
    place: Place

    @property
    def full_name(self) -> str:
        """What `move`, `attest`, `due` and `explain` call it."""
        return f"drive:{self.name}"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account with a service that holds copies: it can be locked, lost or emptied as one."""

    name: str
    provider: str
    erased_by: tuple[str, ...] = ()  # machine:NAME, person:NAME, key:NAME, control; (): each machine that sends there
    mfa: Attestation | None = None
    versions: int | None = None  # seconds for which replaced and deleted files can be had back
    lock: int | None = None  # seconds for which nobody can erase what was written
    place: Place

    @property
    def full_name(self) -> str:
        """What `attest`, `due` and `explain` call it."""
        return f"account:{self.name}"


@dataclass(frozen=True, kw_only=True)
class External:
    """A copy that another product or a person makes; judged, never made. It goes to exactly one of three places."""

    name: str
    dataset: str  # full name: MACHINE/DATASET
    tool: str  # a key of tools.TOOLS
    drive: str | None = None
    account: str | None = None
    machine: str | None = None
    volume: str | None = None  # of that machine
    path: str = ""  # on the volume
    share: str | None = None  # of that machine, where it goes to one
    every: Schedule
    versions: int | None = None  # seconds for which replaced and deleted files can be had back
    sees: tuple[str, ...] | None = None  # volumes of the source machine that it includes; None: all it can see
    level: str  # observed | attested | rule
    max_age: int  # seconds
    place: Place

    @property
    def full_name(self) -> str:
        """MACHINE/DATASET/NAME, as of a copy."""
        return f"{self.dataset}/{self.name}"

    @property
    def destination(self) -> str:
        """Where it goes, as it is written, without the path."""
        if self.drive:
            return f"drive:{self.drive}"
        if self.share:
            return f"share:{self.machine}/{self.share}"
        return f"account:{self.account}" if self.account else f"{self.machine}:{self.volume}"
