"""Machines against each other: shared addresses, shared host keys, disks used twice."""

from __future__ import annotations

from studio_backup.source import Place
from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Disk, Machine, System
from studio_backup.spec.outside import Drive


def lint_machines(sight: Sight, findings: Findings) -> None:
    """Report SB406, SB410 and SB411."""
    machines = sight.studio.machines.values()
    for machine in machines:
        _users_of_disks(machine, findings)
        _sibling_keys(sight, machine, findings)
    _addresses(sight, [system for machine in machines for system in machine.systems.values()], findings)
    disks: list[tuple[str, Disk | Drive]] = [
        (f"{machine.name}/{disk.name}", disk)
        for machine in machines
        for disk in machine.disks.values()
        if not disk.travels
    ]
    _devices([*disks, *((drive.name, drive) for drive in sight.studio.drives.values())], findings)


def _users_of_disks(machine: Machine, findings: Findings) -> None:
    """A disk belongs to one array, or carries volumes itself."""
    used: dict[str, tuple[str, Place]] = {}
    arrays = machine.arrays.values()
    users = [(f"the array '{array.name}'", (*array.members, *array.spares), array.place) for array in arrays]
    users += [(f"the volume '{volume.name}'", (volume.on,), volume.place) for volume in machine.volumes.values()]
    for title, disks, place in users:
        for disk in disks:
            if disk not in machine.disks or (disk in machine.arrays and title.startswith("the volume")):
                continue
            first = used.setdefault(disk, (title, place))
            both_volumes = first[0].startswith("the volume") and title.startswith("the volume")
            if first[0] != title and not both_volumes:
                message = f"the disk '{machine.name}/{disk}' is used by {first[0]} (at {first[1]}) and by {title}"
                findings.add(place, "SB406", message, "give each a disk of its own")


def _devices(disks: list[tuple[str, Disk | Drive]], findings: Findings) -> None:
    """One serial number or by-id name is one device, and that is in one machine, or travels."""
    known: dict[str, tuple[str, Disk | Drive]] = {}
    for name, disk in disks:
        for identity in {disk.serial, disk.by_id} - {None}:
            first_name, first = known.setdefault(str(identity), (name, disk))
            if first is not disk:
                message = f"the disk '{identity}' is already '{first_name}' (at {first.place})"
                findings.add(disk.place, "SB406", message, "correct one of the two")


def _sibling_keys(sight: Sight, machine: Machine, findings: Findings) -> None:
    """The systems of one machine share an address: only the key tells which of them answered."""
    known: dict[str, System] = {}
    for system in machine.systems.values():
        first = known.setdefault(system.host_key, system)
        if first is not system:
            message = f"'{system.full_name}' has the host key of '{first.full_name}': nothing tells them apart"
            fix = "make new keys on one of them (`ssh-keygen -A` after deleting the old), and pin them"
            findings.add(sight.system_place(system, "host_key"), "SB411", message, fix)


def _addresses(sight: Sight, systems: list[System], findings: Findings) -> None:
    known: dict[tuple[object, ...], System] = {}
    for system in systems:
        way = (system.address.lower(), system.port, tuple((jump.address, jump.port) for jump in system.jump))
        first = known.setdefault(way, system)
        if first.machine != system.machine:
            place, first_place = sight.system_place(system, "address"), sight.system_place(first, "address")
            message = f"'{system.full_name}' has the address of '{first.full_name}' (at {first_place})"
            findings.add(
                place,
                "SB410",
                message,
                "correct one of the two; two systems of one box belong in one machine",
            )
