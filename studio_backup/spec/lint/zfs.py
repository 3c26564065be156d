"""What the plays keep of ZFS: pools of one group of disks, and datasets on pools that are kept."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.seeing import sees
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Machine, Managed, System, Volume
from studio_backup.spec.storage import is_uuid, pool_name_problem, zfs_name


def lint_zfs(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    """Report SB212, SB413, SB415 to SB417 of a pool or a dataset."""
    if one.kind == "zfs-pool":
        _pool(machine, one, findings)
    else:
        _dataset(sight, machine, system, one, findings)


def _pool(machine: Machine, one: Managed, findings: Findings) -> None:
    array = machine.arrays[one.name]
    if array.kind != "zfs":
        message = f"'{machine.name}/{one.name}' is an array of kind {array.kind}, and no pool of ZFS"
        findings.add(one.place, "SB415", message, "keep it as what it is, or write kind: zfs in the inventory")
    elif problem := pool_name_problem(one.name):
        findings.add(array.place, "SB415", f"no pool can be called '{one.name}': {problem}", "give it another name")


def _dataset(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    volume = machine.volumes[one.name]
    array = machine.arrays.get(volume.on)
    if array is None or array.kind != "zfs" or volume.filesystem != "zfs":
        message = f"'{volume.full_name}' is no dataset: it is {volume.filesystem} on '{volume.on}'"
        fix = "write filesystem: zfs, and on: an array of kind zfs, in the inventory"
        findings.add(one.place, "SB415", message, fix)
        return
    if (machine.name, "zfs-pool", array.name) not in sight.kept:
        message = f"'{volume.full_name}' lies on the pool '{array.name}', which no play keeps"
        findings.add(one.place, "SB417", message, f"add zfs-pool: {{{array.name}: {{}}}} to the play")
    if not sees(volume, system, one, findings):
        return
    _id(volume, system, findings)
    _names(sight, machine, one, findings)
    if one.options.get("encryption", "off") != "off" and not {"keyformat", "keylocation"} <= {*one.options}:
        message = f"'{volume.full_name}' is to be encrypted, and nothing says by which key"
        findings.add(one.place, "SB417", message, "add keyformat: raw and keylocation: file:///PATH")


def _names(sight: Sight, machine: Machine, one: Managed, findings: Findings) -> None:
    volume = machine.volumes[one.name]
    name = zfs_name(volume, one)
    if name != volume.on and not name.startswith(f"{volume.on}/"):
        message = f"the dataset '{name}' is not on the pool '{volume.on}'"
        findings.add(sight.managed_place(one, "dataset"), "SB417", message, f"write {volume.on}/NAME")
    others = [
        other
        for other in sight.studio.managed
        if (other.machine, other.kind) == (one.machine, one.kind) and other.name != one.name
    ]
    for other in others:
        if zfs_name(machine.volumes[other.name], other) == name:
            message = f"'{machine.name}/{one.name}' is the dataset '{name}', and so is '{other.name}'"
            findings.add(one.place, "SB416", message, "give each volume a dataset of its own")
        elif machine.volumes[other.name].paths == volume.paths:
            message = f"'{machine.name}/{one.name}' is mounted where '{other.name}' is"
            findings.add(one.place, "SB416", message, "give each a path of its own")


def _id(volume: Volume, system: System, findings: Findings) -> None:
    known = volume.ids.get(system.name, "")
    if known and not is_uuid(known) and not known.isdigit():
        message = f"'{known}' is neither the guid of a dataset nor a UUID"
        findings.add(
            volume.place, "SB212", message, "copy it from `zfs get guid`, or leave id: out: then one is chosen"
        )
