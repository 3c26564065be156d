"""What plays keep on Macs, and the access that Time Machine's settings want."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from studio_backup.compile.collect import Collector
from studio_backup.compile.mac_quiet import keep_quiet
from studio_backup.resources.apple_raid import AppleRaid
from studio_backup.resources.mac_access import FullDiskAccess
from studio_backup.resources.mac_power import Power
from studio_backup.resources.mac_snapshots import ApfsSnapshots
from studio_backup.resources.mac_spotlight import Spotlight
from studio_backup.resources.time_machine import Source, TimeMachine
from studio_backup.spec import model
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.macos import MAC_KINDS, OF_SYSTEMS, is_share
from studio_backup.spec.outside import External
from studio_backup.spec.schedule import DAY

#: How old the last backup may be where the spec does not say: gaps of eleven hours were measured where it is hourly.
MAX_AGES = {"hour": DAY, "day": 3 * DAY, "week": 14 * DAY}


def keep_macos(collected: Collector) -> None:
    """Everything, each on its system."""
    for one in collected.studio.managed:
        machine = collected.studio.machines[one.machine]
        if one.kind not in MAC_KINDS:
            continue
        system = machine.systems[one.name] if one.kind in OF_SYSTEMS else machine.macos
        if system is not None:  # else the spec is refused before it comes to this
            _keep(collected, machine, system, one)


def _keep(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    named: dict[str, Any] = {"system": system.full_name, "name": one.name, "place": one.place}
    options: dict[str, Any] = {key: str(value) for key, value in one.options.items() if isinstance(value, str)}
    match one.kind:
        case "full-disk-access":
            _access(collected, system, one)
        case "power":
            collected.add(Power(**named, **options))
        case "apple-raid":
            array = machine.arrays[one.name]
            devices = {member: str(machine.disks[member].by_id) for member in array.members}
            collected.add(
                AppleRaid(
                    **named, level=array.level, members=array.members, devices=devices, rebuild=options.get("rebuild")
                )
            )
        case "apfs-snapshots":
            least = int(options.get("least", "0"))
            collected.add(
                ApfsSnapshots(
                    **named,
                    path=machine.volumes[one.name].paths[system.name],
                    max_age=parse_duration(options.get("max-age", "1 day")),
                    reach=parse_duration(options["reach"]) if "reach" in options else 0,
                    least=least,
                    count=f"at least {least}" if least else None,
                )
            )
        case "spotlight":
            volume = machine.volumes[one.name]
            collected.add(
                Spotlight(
                    **named,
                    indexing=options.get("indexing", "off"),
                    path=volume.paths[system.name],
                    id=volume.ids[system.name].upper(),
                )
            )
        case "time-machine":
            _time_machine(collected, machine, system, one)


def _access(collected: Collector, system: model.System, one: model.Managed) -> str:
    kept = [other for other in collected.studio.managed if (other.machine, other.name) == (one.machine, system.name)]
    place = next((other.place for other in kept if other.kind == FullDiskAccess.kind), one.place)
    return collected.add(FullDiskAccess(system=system.full_name, name=system.name, place=place))


def _time_machine(collected: Collector, machine: model.Machine, system: model.System, one: model.Managed) -> None:
    words, options = _listed(one, "destinations"), one.options
    disks = {word: machine.volumes[word] for word in words if not is_share(word)}
    every = str(options.get("every", "hour"))
    quota, limit = options.get("quota"), options.get("max-age")
    if "quiet" in options:
        keep_quiet(collected, system, str(options["quiet"]), one.place)
    seen_here = [volume for volume in machine.volumes.values() if volume.ids.get(system.name)]
    collected.add(
        TimeMachine(
            system=system.full_name,
            name=one.name,
            place=one.place,
            requires=(_access(collected, system, one),),
            destinations=tuple(word if is_share(word) else disks[word].paths[system.name] for word in words),
            quota=str(int(str(quota))) if quota else None,
            automatic=str(options.get("automatic", "yes")),
            every=every,
            exclude=_listed(one, "exclude"),
            exclude_volumes=_listed(one, "exclude-volumes"),
            encrypted="yes" if options.get("encrypted") == "yes" else None,
            exclusive=options.get("exclusive") == "yes",
            quiet="quiet" in options,
            max_age=parse_duration(str(limit)) if limit else MAX_AGES[every],
            local={one.paths[system.name]: one.ids[system.name].upper() for one in disks.values()},
            travelling=tuple(one.paths[system.name] for one in disks.values() if one.on in collected.studio.drives),
            copies=dict(_copies(collected.studio, machine, system, words)),
            volumes={one.name: (one.ids[system.name].upper(), one.paths[system.name]) for one in seen_here},
        )
    )


def _copies(
    studio: model.Studio, machine: model.Machine, system: model.System, words: tuple[str, ...]
) -> Iterator[tuple[str, Source]]:
    """The copies by Time Machine of what this system sees, to destinations that the play names."""
    for dataset in studio.datasets.values():
        root = machine.volumes[dataset.volume].paths.get(system.name) if dataset.machine == machine.name else None
        for external in dataset.external.values() if root else ():
            to = tuple(word for word in words if _goes_to(studio, machine, external, word))
            if external.tool == TimeMachine.kind and to:
                path = f"{root}/{dataset.path}" if dataset.path else str(root)
                mounts = (word if is_share(word) else machine.volumes[word].paths[system.name] for word in to)
                yield external.full_name, Source(dataset.volume, path, tuple(mounts))


def _goes_to(studio: model.Studio, machine: model.Machine, external: External, word: str) -> bool:
    """Whether a destination is where a copy goes: its volume, its drive, or a share of its machine."""
    if not is_share(word):
        volume = machine.volumes[word]
        if external.drive:
            return volume.on == external.drive
        return (external.machine, external.volume) == (machine.name, word)
    target = studio.machines.get(external.machine or "")
    host = (urlsplit(word).hostname or "").rstrip(".")
    if target is None or target is machine:
        return False
    return host in {one.address.lower() for one in target.systems.values()} or host.partition(".")[0] == target.name


def _listed(one: model.Managed, key: str) -> tuple[str, ...]:
    found = one.options.get(key, ())
    return (found,) if isinstance(found, str) else found
