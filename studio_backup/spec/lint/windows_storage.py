"""The storage that plays keep on Windows: whether there is a Windows for it, and what it can be of."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.seeing import sees
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Machine, Managed, System, Volume
from studio_backup.spec.windows_storage import FORMATTED, SHADOWED, is_windows_id


def lint_windows_storage(sight: Sight, one: Managed, findings: Findings) -> None:
    """Report SB425 for what has no Windows, and of the rest SB212, SB406, SB413, SB415 and SB417."""
    machine = sight.studio.machines[one.machine]
    system = machine.windows
    if system is None:
        message = f"'{one.machine}' has not exactly one Windows system, and {one.kind} is a thing of Windows"
        findings.add(one.place, "SB425", message, "narrow hosts: to such machines")
    elif one.kind == "storage-space":
        _space(machine, system, one, findings)
    else:
        _shadows(machine, system, one, findings)


def _space(machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    array = machine.arrays[one.name]
    if array.kind != "storage-space":
        message = f"'{machine.name}/{one.name}' is an array of kind {array.kind}, and no Storage Spaces"
        fix = "keep it as what it is, or write kind: storage-space in the inventory"
        findings.add(one.place, "SB415", message, fix)
        return
    volumes = [volume for volume in machine.volumes.values() if volume.on == array.name]
    for volume in volumes[:1]:
        if volume.filesystem not in FORMATTED:
            message = f"'{volume.full_name}' is {volume.filesystem}, which a space is not formatted as here"
            findings.add(volume.place, "SB415", message, f"write filesystem: {' or '.join(FORMATTED)}")
        sees(volume, system, one, findings)
    if len(volumes) > 1:
        message = f"'{machine.name}/{array.name}' is to be one volume as a whole, and holds '{volumes[1].name}', too"
        findings.add(one.place, "SB406", message, "give each volume a space of its own")


def _shadows(machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    volume = machine.volumes[one.name]
    if not sees(volume, system, one, findings):
        return
    if volume.filesystem not in SHADOWED:
        message = f"'{volume.full_name}' is {volume.filesystem}, which has no shadow copies"
        fix = "name a volume that is ntfs or refs; give this one a copy that keeps versions"
        findings.add(one.place, "SB415", message, fix)
    if not volume.ids.get(system.name):
        message = f"nothing says which volume '{volume.full_name}' is on '{system.full_name}'"
        fix = "pin it under ids: in the inventory; `studio-backup discover` prints it"
        findings.add(one.place, "SB417", message, fix)
    check_windows_id(volume, system, findings)


def check_windows_id(volume: Volume, system: System, findings: Findings) -> None:
    """Report SB212 where its id is none that Windows knows a volume by."""
    identity = volume.ids.get(system.name, "")
    if system.os == "windows" and identity and not is_windows_id(identity):
        message = f"'{identity}' is neither the GUID of a volume nor the serial of its file system"
        fix = "copy the GUID that `mountvol` prints, or the serial that `vol` prints, as in 1C2B-0A4E"
        findings.add(volume.place, "SB212", message, fix)
