"""The storage that plays keep on Windows: Storage Spaces and their disks; shadow copies and the task for them."""

from __future__ import annotations

from typing import Any

from studio_backup.compile.collect import Collector, designator_of
from studio_backup.compile.windows_files import windows_program
from studio_backup.compile.windows_task import start_task
from studio_backup.paths import below, configuration
from studio_backup.resources.device import joined
from studio_backup.resources.shadow_copies import ShadowCopies
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.windows_disk import WindowsDisk
from studio_backup.spec import model
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.schedule import DAY, Schedule
from studio_backup.spec.windows_storage import WINDOWS_STORAGE, shadow_room


def keep_windows_storage(collected: Collector) -> None:
    """Everything, each on its system."""
    for one in collected.studio.managed:
        machine = collected.studio.machines[one.machine]
        system = machine.windows
        if one.kind not in WINDOWS_STORAGE or system is None:  # else the spec is refused before it comes to this
            continue
        if one.kind == StorageSpace.kind:
            _space(collected, machine, system, one)
        else:
            _shadows(collected, machine, system, one)


def _space(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    array = machine.arrays[one.name]
    disks = {member: _disk(collected, machine, system, member) for member in array.members}
    volume = next((volume for volume in machine.volumes.values() if volume.on == array.name), None)
    collected.add(
        StorageSpace(
            system=system.full_name,
            name=array.name,
            place=one.place,
            requires=tuple(disks.values()),
            level=array.level,
            members=array.members,
            filesystem=volume.filesystem if volume else None,
            devices={member: designator_of(machine.disks[member]) for member in array.members},
            path=volume.paths[system.name] if volume else "",
            label=str(one.options.get("label") or (volume.name if volume else "")),
            found=joined(disks),
        )
    )


def _disk(collected: Collector, machine: model.Machine, system: model.System, name: str) -> str:
    disk = machine.disks[name]
    return collected.add(WindowsDisk(system=system.full_name, name=name, place=disk.place, device=designator_of(disk)))


def _shadows(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    volume = machine.volumes[one.name]
    identity, path = volume.ids[system.name], volume.paths[system.name]
    watched, _ = collected.volume(system, volume)
    maximum = str(one.options.get("maximum", ""))
    percent, size = shadow_room(maximum) if maximum else (0, 0)
    least = int(str(one.options.get("least", "0")))
    named: dict[str, Any] = {"system": system.full_name, "name": one.name, "place": one.place, "requires": (watched,)}
    kept = collected.add(
        ShadowCopies(
            **named,
            maximum=maximum or None,
            percent=percent,
            size=size,
            id=identity,
            path=path,
            max_age=parse_duration(str(one.options["max-age"])) if "max-age" in one.options else DAY,
            least=least,
            count=f"at least {least}" if least else None,
        )
    )
    every = str(one.options.get("every", ""))
    if not every:
        return
    programs = tuple(windows_program(collected, system, name, one.place) for name in ("volume.ps1", "shadow.ps1"))
    program = below(configuration(collected.studio.name, system.os), "shadow.ps1")
    words = [program, "-Path", path.rstrip("\\"), "-Id", identity]
    name = f"shadow-copies_{machine.name}_{volume.name}"
    start_task(collected, system, name, Schedule.parse(every), words, (kept, *programs), one.place)
