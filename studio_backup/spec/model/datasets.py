"""Data that matters, and the places where it must also be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.spec.outside import External
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Brake:
    """A run is refused when deletions or rewrites exceed BOTH limits."""

    percent: int = 20
    files: int = 50


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One place a dataset must also be; compiled into jobs."""

    name: str
    dataset: str  # full name: MACHINE/DATASET
    machine: str  # target machine
    volume: str  # target volume on it
    path: str  # relative to the volume, no leading or trailing slash, "" is the volume's root
    source_copy: str | None  # `from:`: name of another copy of the same dataset
    every: Schedule
    keep: Retention
    mode: str = "versioned"  # versioned | mirror | clone
    engine: str = "rsync"  # rsync | btrfs-send | zfs-send | snapshot (of the dataset's own `snapshots:`)
    by: str = "own"  # who makes snapshots and lets them go: own | btrbk | sanoid
    brake: Brake = field(default_factory=Brake)
    floor: int = 1  # fewest files the source may hold
    max_age: int | None = None  # seconds; None: derived from `every`
    bandwidth: int | None = None  # KiB/s, None: unlimited
    transfer: str = "pull"  # pull | push: who calls whom where source and target are two machines
    control: str = "ssh"  # ssh | console: the control machine's keys cannot reach it
    password: Secret | None = None  # what Windows logs in with at the share of the landing that it pushes into
    password_version: str = ""  # any other one sets the password anew
    place: Place

    @property
    def full_name(self) -> str:
        """MACHINE/DATASET/COPY."""
        return f"{self.dataset}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Data that matters: where it lives, what is left out, the rule it must meet, its copies."""

    machine: str
    name: str
    volume: str
    path: str  # relative to the volume, "" is its root
    exclude: tuple[str, ...]  # rsync patterns, presets already expanded
    policy: str
    quiet: int  # seconds without a change before the source counts as at rest
    quiet_limit: int  # seconds after which it is copied anyway, marked as taken while open
    busy_patterns: tuple[str, ...]  # names of lock files that mean "a project is open"
    copies: dict[str, Copy]
    external: dict[str, External] = field(default_factory=dict)  # no name is in both
    kind: str = "backup"  # backup | archive
    role: str = "session"  # session | media | system
    owner: str | None = None  # `class`: work | personal | client
    client: str | None = None
    size: int | None = None  # bytes, about
    waived: Mapping[str, str] = field(default_factory=dict)  # code of a warning -> ISO date of its end
    place: Place

    @property
    def full_name(self) -> str:
        """MACHINE/DATASET."""
        return f"{self.machine}/{self.name}"
