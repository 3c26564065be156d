"""btrfs that plays keep: file systems over several disks, and subvolumes of any btrfs volume."""

from __future__ import annotations

from typing import Protocol

from studio_backup.compile.collect import Collector, designator_of
from studio_backup.compile.scrub import scrub
from studio_backup.resource import Derived
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.btrfs_subvolume import BtrfsSubvolume
from studio_backup.resources.device import joined
from studio_backup.spec import model
from studio_backup.spec.storage import BTRFS_METADATA


class Disks(Protocol):
    """What compiles the disks that a play keeps."""

    collected: Collector

    def disk(self, machine: model.Machine, system: model.System, name: str) -> str:
        """The address of a disk, which is watched from then on."""
        ...

    def smart(self, machine: model.Machine, *names: str) -> str:
        """yes, or no where it cannot answer."""
        ...


def keep_btrfs(disks: Disks, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    """The file system of a btrfs array, and its scrubs."""
    array = machine.arrays[one.name]
    (volume,) = (volume for volume in machine.volumes.values() if volume.on == array.name)
    members = {member: disks.disk(machine, system, member) for member in array.members}
    found: Derived = joined(members)
    every, label, quota = (str(one.options.get(word, "")) for word in ("scrub", "label", "quota"))
    metadata = "dup" if len(members) == 1 else BTRFS_METADATA[array.level]
    value = BtrfsFilesystem(
        system=system.full_name,
        name=array.name,
        place=one.place,
        requires=tuple(members.values()),
        data=array.level,
        metadata=str(one.options.get("metadata", metadata)),
        members=array.members,
        uuid=volume.ids[system.name].lower(),
        label=label or None,
        quota=quota or None,
        devices={member: designator_of(machine.disks[member]) for member in members},
        path=volume.paths[system.name],
        every=every,
        smart=disks.smart(machine, *members),
        found=found,
    )
    disks.collected.add(value)
    scrub(disks.collected, system, value, every)


def keep_subvolume(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    """A subvolume below its volume's mount."""
    volume = machine.volumes[str(one.options["volume"])]
    mounted, _ = collected.volume(system, volume)
    root = volume.paths[system.name]
    compression, nocow, readonly = (one.options.get(word) for word in ("compression", "nocow", "readonly"))
    collected.add(
        BtrfsSubvolume(
            system=system.full_name,
            name=one.name,
            place=one.place,
            requires=(mounted,),
            path=f"{root}/{one.options['path']}",
            compression=str(compression) if compression else None,
            nocow=str(nocow) if nocow else None,
            readonly=str(readonly) if readonly else None,
            volume=root,
            uuid=volume.ids[system.name].lower(),
        )
    )
