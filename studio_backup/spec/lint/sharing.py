"""What a system is to read or write that it cannot: no copy would ever be made of it, or into it."""

from __future__ import annotations

from studio_backup.source import Place
from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.jobs import runs_jobs
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.merge import submap
from studio_backup.spec.model import Copy, Dataset, System, Volume
from studio_backup.spec.reading import place_of
from studio_backup.spec.sharing import TIME_MACHINE, TITLES, called, danger, unreadable, unwritable


def lint_sharing(sight: Sight, findings: Findings) -> None:
    """Report SB423 and SB424."""
    for machine in sight.studio.machines.values():
        for volume in machine.volumes.values():
            for system in sight.viewers(volume):
                _readable(sight, volume, system, findings)
    for dataset, copy in sight.copies():
        _written(sight, dataset, copy, findings)
    _time_machines(sight, findings)


def _readable(sight: Sight, volume: Volume, system: System, findings: Findings) -> None:
    barrier = unreadable(sight.studio.machines[volume.machine], volume, system.os)
    if not barrier:
        return
    trap = danger(barrier, system.os)
    message = (
        f"'{system.full_name}' is to mount '{volume.name}', and {TITLES[system.os]} cannot read {called(barrier)}{trap}"
    )
    fix = f"delete its path for {system.name}; keep what both need on exFAT"
    if trap:
        fix = f"delete its path for {system.name}, and answer Windows with Cancel; what both need belongs on exFAT"
    findings.add(_path_place(sight, volume, system), "SB423", message, fix)


def _path_place(sight: Sight, volume: Volume, system: System) -> Place:
    tree = submap(submap(sight.machine_trees.get(volume.machine), "volumes"), volume.name)
    return place_of(submap(tree, "paths"), system.name, place_of(tree, "path", volume.place))


def _written(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    """The systems that would write a copy: each can, and no two at once."""
    if copy.engine == "snapshot":
        return
    machine, volume = sight.studio.machines[copy.machine], sight.volume(copy.machine, copy.volume)
    source = dataset.copies[copy.source_copy].machine if copy.source_copy in dataset.copies else dataset.machine
    writers = [system for system in sight.viewers(volume) if runs_jobs(system, source == copy.machine, copy.mode)]
    place = sight.copy_place(copy, "to")
    for system in writers:
        barrier = unwritable(machine, volume, system.os)
        if barrier and not unreadable(machine, volume, system.os):
            title = TITLES[system.os]
            message = f"'{system.full_name}' is to write '{copy.full_name}', and {title} only reads {called(barrier)}"
            fix = f"choose a volume that it can write, or delete the path for {system.name} of '{volume.name}'"
            findings.add(place, "SB424", message, fix)
    if len(writers) > 1 and not machine.exclusive and copy.transfer != "push":  # SB422 speaks of pushes
        names = " and ".join(f"'{system.full_name}'" for system in writers)
        message = f"{names} run at once, and each would write '{copy.full_name}'"
        fix = f"keep the path of '{volume.name}' for one of them, which then makes the copy"
        findings.add(place, "SB424", message, fix)


def _time_machines(sight: Sight, findings: Findings) -> None:
    for dataset in sight.studio.datasets.values():
        for one in dataset.external.values():
            if one.tool != "time-machine" or one.machine != dataset.machine or one.volume is None:
                continue
            volume = sight.volume(one.machine, one.volume)
            if volume.filesystem not in TIME_MACHINE:
                message = f"Time Machine keeps no backup on {called(volume.filesystem)}, which '{volume.full_name}' is"
                fix = "name a volume that is apfs, or a share of a server"
                findings.add(one.place, "SB424", message, fix)
