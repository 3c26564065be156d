"""Machines, their systems, and what data lies on there: disks, arrays, volumes."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.source import Place


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
        """The one Windows system, which its storage is kept on; None where there is none, or several."""
        return self._only("windows")

    def _only(self, os: str) -> System | None:
        found = [system for system in self.systems.values() if system.os == os]
        return found[0] if len(found) == 1 else None
