"""Who stands in the lab: the machines, addresses, disks and ids that inventories rely on."""

from dataclasses import dataclass
from typing import Literal

from tests.lab.machines.command import LabError

BRIDGE = "sblab0"
NETWORK = "198.18.77.0/24"
HOST_ADDRESS = "198.18.77.1"
FIRST_FLEET_HOST = 101
LARGEST_FLEET = 100
MIB = 1024 * 1024


@dataclass(frozen=True)
class Volume:
    """One file system on loop disks, mounted at PATH; LABELS are names under /dev/disk/by-id."""

    filesystem: Literal["ext4", "btrfs"]
    uuid: str
    path: str
    labels: tuple[str, ...]
    mebibytes: int

    @property
    def spare_uuid(self) -> str:
        """The id of the other disk that the fault swap-disk puts in this one's place."""
        return "0ddd15c0" + self.uuid[8:]


@dataclass(frozen=True)
class Machine:
    """One booted machine; SYSTEMS has two names when it is dual-OS, the first boots first."""

    name: str
    address: str
    volume: Volume
    systems: tuple[str, ...] = ()
    userland: Literal["debian", "busybox", "samba"] = "debian"

    @property
    def is_debian(self) -> bool:
        """True for a root that is Debian's own, with systemd."""
        return self.userland != "busybox"

    def key_name(self, system: str) -> str:
        """Name the host key of one of its systems, as `scripts/lab keys` prints it."""
        return f"{self.name}/{system}" if self.systems else self.name

    @property
    def key_names(self) -> list[str]:
        return [self.key_name(system) for system in self.systems or ("",)]


STUDIO = {
    machine.name: machine
    for machine in (
        Machine(
            "ws-a",
            "198.18.77.11",
            Volume("ext4", "5e551001-0000-4000-8000-000000000a01", "/srv/sessions", ("nvme-LAB_WSA_WORK",), 512),
            systems=("studio-os", "edit-os"),
        ),
        Machine(
            "ws-b",
            "198.18.77.12",
            Volume("ext4", "5e551001-0000-4000-8000-000000000b01", "/srv/sessions", ("ata-LAB_WSB_WORK",), 512),
            userland="busybox",
        ),
        Machine(
            "nas",
            "198.18.77.20",
            Volume(
                "btrfs",
                "7a4b0001-0000-4000-8000-000000000001",
                "/srv/tank",
                ("ata-LAB_NAS_BAY1", "ata-LAB_NAS_BAY2"),
                1024,
            ),
        ),
        Machine(
            "vault",
            "198.18.77.30",
            Volume("ext4", "c01d0001-0000-4000-8000-000000000001", "/srv/cold", ("ata-LAB_VAULT_COLD1",), 1024),
        ),
    )
}


#: Machines that only some tests boot, by name.
EXTRA = {
    "tm": Machine(
        "tm",
        "198.18.77.40",
        Volume("ext4", "7157a9e0-0000-4000-8000-000000000001", "/srv/tank", ("ata-LAB_TM_BAY1",), 256),
        userland="samba",
    )
}


def fleet_machine(number: int) -> Machine:
    """Return fleet machine NUMBER (1 to 100): m01 at .101 with a small ext4 disk at /srv/data."""
    if not 1 <= number <= LARGEST_FLEET:
        raise LabError(f"a fleet has 1 to {LARGEST_FLEET} machines, not {number}")
    name = f"m{number:02d}"
    uuid = f"f1ee0000-0000-4000-8000-{number:012d}"
    address = f"198.18.77.{FIRST_FLEET_HOST + number - 1}"
    return Machine(name, address, Volume("ext4", uuid, "/srv/data", (f"ata-LAB_{name.upper()}_DATA",), 64))


def machine_named(name: str) -> Machine:
    """Return the machine of that name; raises LabError with the names there are."""
    if name in STUDIO or name in EXTRA:
        return (STUDIO | EXTRA)[name]
    if name[:1] == "m" and name[1:].isascii() and name[1:].isdigit() and int(name[1:]):
        machine = fleet_machine(int(name[1:]))
        if machine.name == name:
            return machine
    raise LabError(f"no machine {name!r} in the lab; there are: {', '.join(STUDIO | EXTRA)} and m01 to m100")


def everybody() -> list[Machine]:
    """Return every machine that could stand in the lab."""
    return [*STUDIO.values(), *EXTRA.values(), *(fleet_machine(number) for number in range(1, LARGEST_FLEET + 1))]
