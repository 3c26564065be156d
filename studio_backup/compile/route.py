"""One copy, written by one system: what it reads, and everything that is named after it on both ends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PureWindowsPath

from studio_backup.paths import below, configuration, label_prefix, state, unit_prefix
from studio_backup.spec.model import Copy, Dataset, System, Volume
from studio_backup.spec.paths import is_windows_path


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One system the writer can read from, and what stands there."""

    system: System
    volume: Volume
    path: str  # absolute: the data, or the copy folder that holds restore points
    mixed: bool = False  # systems of other kinds write on the volume, too, with times, modes and names of their own

    @property
    def root(self) -> str:
        """Where the volume is mounted on this system."""
        return self.volume.paths[self.system.name]

    @property
    def volume_id(self) -> str:
        """The file system's id as this system prints it."""
        return self.volume.ids[self.system.name]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One copy, written by one system."""

    studio: str
    dataset: Dataset
    copy: Copy
    writer: System
    volume: Volume  # the target volume
    readers: tuple[Reader, ...]
    local: bool  # source and target on one machine: no key, no gate

    @property
    def id(self) -> str:
        """MACHINE_DATASET_COPY; names hold no underscore, so no two copies share one."""
        return copy_id(self.copy)

    @property
    def chained(self) -> bool:
        """True when restore points of another copy are read, not the data itself."""
        return self.copy.source_copy is not None

    @property
    def mixed(self) -> bool:
        """True when what is read was written by systems of several kinds."""
        return not self.chained and any(reader.mixed for reader in self.readers)

    @property
    def source_id(self) -> str:
        """What the gate on the other end serves: the dataset's data, or the copy that is read."""
        name = self.copy.source_copy
        return f"{self.dataset.full_name}/{name}".replace("/", "_") if name else self.id

    @property
    def target_root(self) -> str:
        """Where the target volume is mounted."""
        return self.volume.paths[self.writer.name]

    @property
    def target(self) -> str:
        """The copy's folder."""
        return join(self.target_root, self.copy.path)

    @property
    def store(self) -> str:
        """What restore points are: subvolumes of btrfs; snapshots of ZFS, where the engine deals in them; or trees."""
        filesystem = self.volume.filesystem
        if filesystem == "zfs" and self.copy.engine in ("snapshot", "zfs-send"):
            return "zfs"
        return "btrfs" if filesystem == "btrfs" else "tree"

    @property
    def source_machine(self) -> str:
        """The machine that is read."""
        return self.readers[0].system.machine

    @property
    def receiver(self) -> str:
        """The unprivileged user that writes what that machine sends; at most 32 letters, one a source and studio."""
        return self._user(f"{self.studio} {self.source_machine}")

    @property
    def home(self) -> str:
        """The receiver's home: its key stands there."""
        return f"{state(self.studio, self.writer.os)}/receivers/{self.receiver}"

    @property
    def known_hosts(self) -> str:
        """The pins of the systems that the receiver connects to."""
        return f"{configuration(self.studio, self.writer.os)}/known_hosts/{self.receiver}"

    @property
    def pushed(self) -> bool:
        """True when the source sends into a landing on this machine: nobody here reads it."""
        return self.copy.transfer == "push"

    @property
    def landing(self) -> str:
        """Where what is pushed arrives; its owner may write there, and nowhere else on the volume."""
        return f"{self.target}/landing"

    @property
    def landing_records(self) -> str:
        """Where the gate notes, as the landing's owner, how far a push has come."""
        return f"{state(self.studio, self.writer.os)}/landings/{self.id}"

    @property
    def lander(self) -> str:
        """The unprivileged user that a sender logs in as, and that owns its landings; never the receiver of a pull."""
        return self._user(f"{self.studio} {self.source_machine} push")

    def _user(self, known_by: str) -> str:
        return f"sb-{self.source_machine[:22].rstrip('-')}-{_digest(known_by)}"

    @property
    def shared(self) -> bool:
        """True when Windows is among those that push: it sends into a share, which the landing is for it alone."""
        return self.pushed and any(one.system.os == "windows" for one in self.readers)

    @property
    def share(self) -> str:
        """The share's name: one a copy, since a lander may own several landings. Samba takes 80 letters."""
        return f"{self.id[:64]}-{_digest(f'{self.studio} {self.id}')}"

    @property
    def share_records(self) -> str:
        """Where a sender on Windows notes, in the share, how far its push has come; the folder is root's."""
        return f"{self.landing}/records"

    @property
    def gate_key(self) -> str:
        """The name under which the writer's key is known to the gate."""
        return f"{self.writer.machine}_{self.writer.name}"

    @property
    def unit(self) -> str:
        """The service's name without its ending."""
        return f"{unit_prefix(self.studio)}{self.id}"

    @property
    def label(self) -> str:
        """The job's label where launchd starts it."""
        return f"{label_prefix(self.studio)}{self.id}"

    @property
    def job_conf(self) -> str:
        """The job's configuration."""
        if self.writer.os == "windows":
            return below(configuration(self.studio, self.writer.os), "jobs", f"{self.id}.json")
        return f"{configuration(self.studio, self.writer.os)}/jobs/{self.id}.conf"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def copy_id(copy: Copy) -> str:
    """MACHINE_DATASET_COPY."""
    return copy.full_name.replace("/", "_")


def host_alias(system: System) -> str:
    """The name under which a system's host key is pinned: two systems at one address stay apart."""
    return f"studio-backup-{system.machine}-{system.name}"


def join(root: str, path: str) -> str:
    """An absolute path below a mount path, as the system writes it that mounts it there."""
    if is_windows_path(root):
        return str(PureWindowsPath(root, path))
    return f"{root.rstrip('/')}/{path}".rstrip("/") or "/"
