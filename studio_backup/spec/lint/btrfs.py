"""btrfs that plays keep: whether it can be made of these disks, and what its subvolumes ask for."""

from __future__ import annotations

from studio_backup.spec.arrays import LEVELS
from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.seeing import check_id, sees
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Machine, Managed, System
from studio_backup.spec.storage import BTRFS_METADATA


def lint_btrfs(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    """A file system of several disks holds exactly one volume."""
    array = machine.arrays[one.name]
    if array.kind != "btrfs":
        message = f"'{machine.name}/{one.name}' is an array of kind {array.kind}, and no btrfs"
        findings.add(one.place, "SB415", message, "delete it here; what is in the inventory still counts")
        return
    if array.level not in BTRFS_METADATA:
        fix = f"only {', '.join(BTRFS_METADATA)} are; make it by hand, and keep its mount here"
        message = f"'{machine.name}/{one.name}' is btrfs {array.level}, which is not made here"
        findings.add(one.place, "SB415", message, fix)
    metadata = str(one.options.get("metadata", ""))
    needed = LEVELS["btrfs"].get(metadata, 1)
    if len(array.members) < needed:
        message = f"btrfs metadata {metadata} needs {needed} disks, '{one.name}' has {len(array.members)}"
        findings.add(sight.managed_place(one, "metadata"), "SB405", message, "add members, or choose another profile")
    on_it = [volume for volume in machine.volumes.values() if volume.on == array.name]
    if not on_it:
        message = f"no volume lies on '{machine.name}/{one.name}'"
        fix = f"add a volume to the inventory: {{on: {one.name}, filesystem: btrfs, path: /srv/{one.name}}}"
        findings.add(one.place, "SB417", message, fix)
    for volume in on_it:
        if volume.filesystem != "btrfs":
            message = f"'{volume.full_name}' is {volume.filesystem}, and lies on the btrfs array '{one.name}'"
            findings.add(volume.place, "SB415", message, "write filesystem: btrfs")
        elif sees(volume, system, one, findings):
            check_id(volume, system, findings)
    if len(on_it) > 1:
        message = f"'{machine.name}/{one.name}' is to be one file system, and holds '{on_it[1].name}', too"
        findings.add(one.place, "SB406", message, "give each volume disks of its own, or make it a folder of the first")


def lint_subvolume(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    """It lies in a btrfs volume that the system knows by id, at a path of its own."""
    volume = machine.volumes[str(one.options["volume"])]
    if volume.filesystem != "btrfs":
        message = f"'{volume.full_name}' is {volume.filesystem}, and has no subvolumes"
        findings.add(sight.managed_place(one, "volume"), "SB415", message, "name a btrfs volume")
    elif sees(volume, system, one, findings) and not volume.ids.get(system.name):
        message = f"nothing says which file system is mounted as '{volume.full_name}': its id is not known"
        findings.add(one.place, "SB417", message, "pin it as id: in the inventory (`blkid` prints it)")
    if one.options.get("nocow") == "yes" and one.options.get("compression", "none") != "none":
        message = "what is written in place (nocow) cannot be compressed"
        findings.add(sight.managed_place(one, "nocow"), "SB310", message, "keep one of the two")
    for other in sight.studio.managed:
        mine = (other.machine, other.kind) == (one.machine, one.kind) and other.name < one.name
        if mine and [other.options[key] for key in ("volume", "path")] == [
            one.options[key] for key in ("volume", "path")
        ]:
            message = f"'{one.name}' and '{other.name}' are one path of '{volume.full_name}'"
            findings.add(sight.managed_place(one, "path"), "SB416", message, "give each a path of its own")
