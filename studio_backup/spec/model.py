"""The studio as the rest of the program sees it: frozen values, references checked, units normalised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.spec.outside import Account, Drive, External
from studio_backup.spec.retention import Retention
from studio_backup.spec.rules import Policy
from studio_backup.spec.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room inside a site."""

    name: str
    site: str
    secured: bool = False  # things are locked away


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place that burns down as one."""

    name: str
    rooms: dict[str, Room]
    kind: str = "own"  # own | client | location
    since: str | None = None  # ISO dates: of a location, the first and the last day
    until: str | None = None
    secured: bool = False
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Jump:
    """A jump host on the way to a system, pinned like any other."""

    address: str
    user: str
    port: int
    host_key: str  # "ssh-ed25519 AAAA…": type and base64, no comment
    identity: str | None = None


@dataclass(frozen=True, kw_only=True)
class System:
    """One operating system of a machine: where it answers, as whom, and the key that proves it."""

    machine: str
    name: str
    os: str  # linux | macos | windows
    address: str
    port: int
    user: str
    host_key: str  # "ssh-ed25519 AAAA…": type and base64, no comment
    become: str | None = None  # None | "sudo"
    identity: str | None = None  # path of a private key on the control machine, ~ allowed
    services: str = "systemd"  # what starts jobs here: systemd | none
    on: str | None = None  # disk, array or volume of the machine that it is installed on
    jump: tuple[Jump, ...] = ()  # in the order they are passed
    place: Place

    @property
    def full_name(self) -> str:
        """MACHINE/SYSTEM, the first two parts of every address on it."""
        return f"{self.machine}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Disk:
    """One physical device, named by serial or by-id."""

    name: str
    serial: str | None
    by_id: str | None
    medium: str  # ssd nvme hdd tape optical cloud
    in_service: str | None  # ISO date
    enclosure: str | None = None  # free names: disks that share one may fail together
    controller: str | None = None
    power: str | None = None
    model: str | None = None
    interface: str | None = None
    warranty_until: str | None = None  # ISO date
    travels: bool = False  # one of the studio's drives, under that name
    place: Place


@dataclass(frozen=True, kw_only=True)
class Array:
    """Disks joined by RAID; never a copy."""

    name: str
    kind: str  # md btrfs zfs appleraid storage-space dynamic hardware beyondraid
    level: str
    members: tuple[str, ...]
    spares: tuple[str, ...] = ()  # disks that only wait for a member to fail
    id: str | None = None  # UUID of an md array that is there already, as mdadm prints it
    place: Place


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A file system that data lives on, with its id and mount path on each system that sees it."""

    machine: str
    name: str
    on: str  # name of a disk or an array of the same machine, or of a drive
    filesystem: str
    ids: dict[str, str]  # system name -> file-system UUID as that system prints it
    paths: dict[str, str]  # system name -> absolute mount path, no trailing slash
    encryption: str | None = None  # bitlocker | filevault | luks
    place: Place

    @property
    def full_name(self) -> str:
        """MACHINE/VOLUME."""
        return f"{self.machine}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Whom a machine tells itself about its jobs."""

    mail: str | None
    webhook: str | None  # absolute path of a file there that holds the URL
    place: Place


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A box with disks and one or more systems."""

    name: str
    role: str  # workstation | nas | offsite
    site: str
    room: str | None
    exclusive: bool  # several systems, at most one answers at a time
    systems: dict[str, System]
    disks: dict[str, Disk]  # its own, and the drives that its volumes lie on
    arrays: dict[str, Array]
    volumes: dict[str, Volume]
    groups: tuple[str, ...]
    variables: dict[str, object]
    asleep_limit: int  # seconds a system may be asleep before it counts as unread
    alarm: Alarm | None = None
    place: Place

    def disks_under(self, on: str) -> tuple[str, ...]:
        """Names of the disks of an array; for a disk, itself."""
        return self.arrays[on].members if on in self.arrays else (on,)

    @property
    def linux(self) -> System | None:
        """The one Linux system, which storage is kept on; None where there is none, or are several."""
        return self._only("linux")

    @property
    def macos(self) -> System | None:
        """The one macOS system, which Time Machine and the like are kept on; None where there is none, or several."""
        return self._only("macos")

    @property
    def windows(self) -> System | None:
        """The one Windows system, which its storage and storage is kept on; None where there is none, or several."""
        return self._only("windows")

    def _only(self, os: str) -> System | None:
        found = [system for system in self.systems.values() if system.os == os]
        return found[0] if len(found) == 1 else None


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


@dataclass(frozen=True, kw_only=True)
class Managed:
    """Something that a play keeps by kind and name: a disk, an array, a file system, a mount or a subvolume."""

    machine: str
    kind: str  # one of spec.storage.KINDS
    name: str  # of a disk, an array or a volume of the machine; a subvolume has one of its own
    options: Mapping[str, str | tuple[str, ...]]  # as they are written; what is left out is not in it
    secret: Secret | None = None  # the password of a share
    place: Place


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Differences that somebody answers for until a day."""

    name: str
    addresses: tuple[str, ...]  # * and ? stand for anything
    owner: str
    reason: str
    expires: str  # ISO date: the last day on which it holds, UTC
    place: Place


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Somebody who is told what reports find."""

    name: str
    url: Secret
    about: tuple[str, ...]  # problem | recovery | silence | result
    silent_after: int  # seconds
    place: Place


@dataclass(frozen=True, kw_only=True)
class Studio:
    """Everything the inventory and the playbooks say, whole and consistent."""

    name: str
    sites: dict[str, Site]
    machines: dict[str, Machine]
    groups: dict[str, tuple[str, ...]]
    datasets: dict[str, Dataset]  # by full name
    managed: tuple[Managed, ...] = ()  # disks first, mounts last
    drives: dict[str, Drive] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)  # the studio's own; presets are not among them
    waivers: tuple[Waiver, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    whole: bool = True  # False when only some playbooks were loaded: nothing may count as an orphan

    @cached_property
    def _time_machines(self) -> dict[str, list[Managed]]:
        found: dict[str, list[Managed]] = {}
        for one in self.managed:
            if one.kind == "time-machine":
                found.setdefault(one.machine, []).append(one)
        return found

    def left_out(self, dataset: Dataset) -> str:
        """What a play tells Time Machine to leave out that a dataset is or lies in; "" where it tells it nothing."""
        paths = self.machines[dataset.machine].volumes[dataset.volume].paths
        for one in self._time_machines.get(dataset.machine, ()):
            volumes, folders = (
                (told,) if isinstance(told, str) else told
                for told in (one.options.get("exclude-volumes", ()), one.options.get("exclude", ()))
            )
            if dataset.volume in volumes:
                return f"the volume {dataset.volume}"
            place = f"{paths[one.name].rstrip('/')}/{dataset.path}/" if one.name in paths else ""
            around = next((path for path in folders if place.startswith(f"{path}/")), "")
            if around:
                return around
        return ""

    def systems(self) -> list[System]:
        """Every declared system, in the order of the spec."""
        return [system for machine in self.machines.values() for system in machine.systems.values()]
