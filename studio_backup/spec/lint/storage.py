"""What the plays keep of storage: whether it can be kept, what it rests on, and mounts inside one another."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.btrfs import lint_btrfs, lint_subvolume
from studio_backup.spec.lint.macos import lint_macos
from studio_backup.spec.lint.seeing import check_id, sees
from studio_backup.spec.lint.shares import lint_share
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.lint.windows import lint_windows
from studio_backup.spec.lint.windows_storage import lint_windows_storage
from studio_backup.spec.lint.zfs import lint_zfs
from studio_backup.spec.macos import MAC_KINDS
from studio_backup.spec.model import Array, Machine, Managed, System
from studio_backup.spec.paths import inside
from studio_backup.spec.storage import LABEL_LIMITS
from studio_backup.spec.windows import WINDOWS_KINDS
from studio_backup.spec.windows_storage import WINDOWS_STORAGE

#: File systems that a line of ours in /etc/fstab can be about.
_MOUNTED = (*LABEL_LIMITS, "ext2", "ext3", "f2fs", "exfat")


def lint_storage(sight: Sight, findings: Findings) -> None:
    """Report SB414 to SB417, and of what is kept also SB207, SB212, SB310, SB405, SB406, SB413 and SB421."""
    for one in sight.studio.managed:
        if one.kind in MAC_KINDS:
            lint_macos(sight, one, findings)
            continue
        if one.kind in WINDOWS_KINDS:
            lint_windows(sight, one, findings)
            continue
        if one.kind in WINDOWS_STORAGE:
            lint_windows_storage(sight, one, findings)
            continue
        machine = sight.studio.machines[one.machine]
        system = machine.linux
        if system is None:
            count = sum(other.os == "linux" for other in machine.systems.values())
            message = f"'{one.machine}' has {count or 'no'} Linux system{'s' * (count > 1)}: its storage cannot be kept"
            findings.add(one.place, "SB414", message, "narrow hosts: to machines with exactly one Linux system")
        elif one.kind == "md-array":
            _array(machine, one, findings)
        elif one.kind == "btrfs-filesystem":
            lint_btrfs(sight, machine, system, one, findings)
        elif one.kind == "btrfs-subvolume":
            lint_subvolume(sight, machine, system, one, findings)
        elif one.kind == "filesystem":
            _filesystem(sight, machine, system, one, findings)
        elif one.kind in ("zfs-pool", "zfs-dataset"):
            lint_zfs(sight, machine, system, one, findings)
        elif one.kind == "mount":
            _mount(sight, machine, system, one, findings)
        elif one.kind == "samba-share":
            lint_share(sight, machine, system, one, findings)


def _array(machine: Machine, one: Managed, findings: Findings) -> None:
    array = machine.arrays[one.name]
    if array.kind != "md":
        message = f"'{machine.name}/{one.name}' is an array of kind {array.kind}, and no md array"
        findings.add(one.place, "SB415", message, _instead(array))


def _instead(array: Array) -> str:
    if array.kind == "btrfs":
        return f"write btrfs-filesystem: {{{array.name}: {{}}}} in its place"
    if array.kind == "zfs":
        return f"keep it as zfs-pool: {{{array.name}: {{}}}}"
    return "delete it here; what is in the inventory still counts"


def _filesystem(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    volume = machine.volumes[one.name]
    array = machine.arrays.get(volume.on)
    if volume.filesystem == "zfs":
        message = f"'{volume.full_name}' is zfs, which a pool brings along"
        findings.add(one.place, "SB415", message, f"keep it as zfs-dataset: {{{one.name}: {{}}}}")
    elif volume.filesystem not in LABEL_LIMITS:
        fix = f"only {', '.join(LABEL_LIMITS)} are; make it by hand, and keep its mount here"
        findings.add(one.place, "SB415", f"'{volume.full_name}' is {volume.filesystem}, which is not made here", fix)
    elif array is not None and array.kind != "md":
        message = f"'{volume.full_name}' lies on an array of kind {array.kind}, which brings its own file system"
        findings.add(one.place, "SB415", message, _instead(array))
    elif array is not None and (machine.name, "md-array", array.name) not in sight.kept:
        message = f"'{volume.full_name}' lies on the array '{array.name}', which no play keeps"
        findings.add(one.place, "SB417", message, f"add md-array: {{{array.name}: {{}}}} to the play")
    if not sees(volume, system, one, findings):
        return
    check_id(volume, system, findings)
    label, limit = one.options.get("label", ""), LABEL_LIMITS.get(volume.filesystem, 64)
    if len(label) > limit:
        place = sight.managed_place(one, "label")
        findings.add(place, "SB207", f"{volume.filesystem} takes at most {limit} letters of a label", "shorten it")
    others = [other for other in machine.volumes.values() if other.on == volume.on and other is not volume]
    if others:
        message = f"'{machine.name}/{volume.on}' is to be one file system as a whole, and holds '{others[0].name}', too"
        findings.add(one.place, "SB406", message, "give each volume a disk or an array of its own")


def _mount(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    volume = machine.volumes[one.name]
    if volume.filesystem == "zfs":
        message = f"'{volume.full_name}' is zfs, which mounts itself"
        findings.add(one.place, "SB415", message, f"keep it as zfs-dataset: {{{one.name}: {{}}}}")
    elif volume.filesystem not in _MOUNTED:
        fix = f"only {', '.join(_MOUNTED)} are; mount it by hand"
        findings.add(one.place, "SB415", f"'{volume.full_name}' is {volume.filesystem}, which is not mounted here", fix)
    if not sees(volume, system, one, findings):
        return
    if not volume.ids.get(system.name):
        message = f"nothing says which file system is mounted as '{volume.full_name}': its id is not known"
        fix = f"pin it as id: in the inventory (`blkid` prints it), or add filesystem: {{{one.name}: {{}}}} to the play"
        findings.add(one.place, "SB417", message, fix)
    _nesting(sight, machine, system, one, findings)


def _nesting(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    path = machine.volumes[one.name].paths[system.name]
    for other in machine.volumes.values():
        outer = other.paths.get(system.name)
        if other.name == one.name or outer is None:
            continue
        if outer == path:
            message = f"'{machine.name}/{one.name}' is mounted at {path}, and so is '{other.name}'"
            findings.add(one.place, "SB416", message, "give each a path of its own")
        elif inside(path, outer) and (machine.name, "mount", other.name) not in sight.kept:
            message = f"'{machine.name}/{one.name}' lies inside '{other.name}' ({outer}), which no play mounts"
            findings.add(one.place, "SB416", message, f"add mount: {{{other.name}: {{}}}} to the play")
