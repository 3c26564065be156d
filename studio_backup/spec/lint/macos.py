"""What the plays keep on Macs: whether there is a Mac for it, and whether what it speaks of is known by its UUID."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.seeing import sees
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.macos import OF_SYSTEMS, is_share
from studio_backup.spec.model import Machine, Managed, System, Volume
from studio_backup.spec.reading import texts_of
from studio_backup.spec.sharing import TIME_MACHINE, called
from studio_backup.spec.storage import is_uuid
from studio_backup.spec.wording import suggest


def lint_macos(sight: Sight, one: Managed, findings: Findings) -> None:
    """Report SB420 for what has no Mac, and of the rest SB212, SB304, SB402, SB413, SB415, SB417 and SB424."""
    machine = sight.studio.machines[one.machine]
    system = machine.systems[one.name] if one.kind in OF_SYSTEMS else machine.macos
    if system is None or system.os != "macos":
        runs = (
            f"'{system.full_name}' runs {system.os}" if system else f"'{one.machine}' has not exactly one macOS system"
        )
        findings.add(
            one.place, "SB420", f"{runs}, and {one.kind} is a thing of macOS", "narrow hosts: to such machines"
        )
    elif one.kind == "time-machine":
        _time_machine(sight, machine, system, one, findings)
    elif one.kind == "apple-raid":
        _raid(machine, one, findings)
    elif one.kind == "apfs-snapshots":
        volume = machine.volumes[one.name]
        if sees(volume, system, one, findings) and volume.filesystem != "apfs":
            message = f"'{volume.full_name}' is {volume.filesystem}, which has no such snapshots"
            findings.add(one.place, "SB415", message, "name a volume that is apfs")
    elif one.kind == "spotlight" and sees(machine.volumes[one.name], system, one, findings):
        _known(machine.volumes[one.name], system, one, findings)


def _known(volume: Volume, system: System, one: Managed, findings: Findings) -> None:
    identity = volume.ids.get(system.name, "")
    if not identity:
        message = f"nothing says which volume '{volume.full_name}' is on '{system.full_name}'"
        fix = "pin it under ids: in the inventory; `diskutil info` prints it as Volume UUID"
        findings.add(one.place, "SB417", message, fix)
    elif not is_uuid(identity):
        message = f"'{identity}' is no UUID, which is what diskutil knows a volume by"
        findings.add(volume.place, "SB212", message, "copy the Volume UUID that `diskutil info` prints")


def _time_machine(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    tree = sight.managed_trees.get((one.machine, one.kind, one.name))
    for key in ("destinations", "exclude-volumes"):
        for word in texts_of(tree, key) if tree is not None else []:
            if key == "destinations" and is_share(word.value):
                continue
            volume = machine.volumes.get(word.value)
            if volume is None:
                fix = suggest(word.value, machine.volumes, "define the volume first")
                findings.add(word.place, "SB304", f"'{machine.name}' has no volume '{word.value}'", fix)
            elif sees(volume, system, one, findings):
                _known(volume, system, one, findings)
                if key == "destinations":
                    _apart(sight, volume, one, findings)
                    _held(sight, volume, one, findings)


def _apart(sight: Sight, volume: Volume, one: Managed, findings: Findings) -> None:
    """A backup on the disk of its source is gone with it."""
    for dataset in sight.studio.datasets.values():
        source = sight.volume(dataset.machine, dataset.volume)
        if dataset.machine == one.machine and sight.disks(source) & sight.disks(volume):
            message = f"Time Machine would back '{dataset.full_name}' up to the disk that it is on"
            findings.add(sight.managed_place(one, "destinations"), "SB402", message, "choose a volume on another disk")
            return


def _held(sight: Sight, volume: Volume, one: Managed, findings: Findings) -> None:
    """It formats what it cannot use, where it is allowed to."""
    if volume.filesystem not in TIME_MACHINE:
        message = f"Time Machine keeps no backup on {called(volume.filesystem)}, which '{volume.full_name}' is"
        fix = "name a volume that is apfs; let nobody agree when macOS offers to erase this one"
        findings.add(sight.managed_place(one, "destinations"), "SB424", message, fix)


def _raid(machine: Machine, one: Managed, findings: Findings) -> None:
    array = machine.arrays[one.name]
    if array.kind != "appleraid":
        message = f"'{machine.name}/{one.name}' is an array of kind {array.kind}, and no AppleRAID"
        findings.add(one.place, "SB415", message, "keep it as what it is, or write kind: appleraid in the inventory")
        return
    for member in array.members:
        disk = machine.disks.get(member)
        if disk is not None and not is_uuid(disk.by_id or ""):
            message = f"the disk '{member}' has no UUID, which is what a member of an AppleRAID is known by"
            fix = "write it as id:, as `diskutil appleRAID list` prints it"
            findings.add(disk.place, "SB212", message, fix)
