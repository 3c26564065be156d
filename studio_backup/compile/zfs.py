"""Pools and datasets of ZFS that plays keep; a dataset mounts itself, and rests on its pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio_backup.compile.collect import Collector, designator_of
from studio_backup.compile.scrub import scrub
from studio_backup.resource import After, Derived
from studio_backup.resources.device import joined
from studio_backup.resources.zfs_dataset import ZfsDataset
from studio_backup.resources.zfs_pool import ZfsPool
from studio_backup.resources.zfs_sizes import SIZES, size_of, size_text
from studio_backup.spec import model
from studio_backup.spec.storage import zfs_name


def pool(
    collected: Collector,
    machine: model.Machine,
    system: model.System,
    one: model.Managed,
    disks: Mapping[str, str],
    smart: str,
) -> str:
    """The pool of an array of kind zfs; `disks`: member -> address of its disk."""
    array = machine.arrays[one.name]
    every, ashift = str(one.options.get("scrub", "")), one.options.get("ashift")
    value = ZfsPool(
        system=system.full_name,
        name=array.name,
        place=one.place,
        requires=tuple(disks.values()),
        level=array.level,
        members=array.members,
        pool=array.name,
        ashift=str(ashift) if ashift else None,
        devices=_designators(machine, array),
        smart=smart,
        scrub=every or "monthly",
        found=joined(disks),
    )
    address = collected.add(value)
    scrub(collected, system, value, every)
    return address


def dataset(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed, smart: str) -> str:
    """The dataset of a volume on such an array."""
    volume = machine.volumes[one.name]
    array = machine.arrays[volume.on]
    pool = f"{system.full_name}/{ZfsPool.kind}/{array.name}"
    options: dict[str, Any] = {name: _value(name, str(text)) for name, text in one.options.items() if name != "dataset"}
    return collected.add(
        ZfsDataset(
            system=system.full_name,
            name=volume.name,
            place=one.place,
            requires=(pool,),
            dataset=zfs_name(volume, one),
            id=volume.ids[system.name].lower(),
            mountpoint=volume.paths[system.name],
            disks=tuple(_designators(machine, array).values()),
            smart=smart,
            pool=Derived((After(pool, "identity"),)),
            **options,
        )
    )


def _designators(machine: model.Machine, array: model.Array) -> dict[str, str]:
    return {member: designator_of(machine.disks[member]) for member in array.members}


def _value(name: str, text: str) -> str:
    return size_text(size_of(text) or 0) if name in SIZES else text
