"""The arrays of a machine: which levels each kind has, and the disks that are joined."""

from __future__ import annotations

from studio_backup.source import Entry, Mapping, Place
from studio_backup.spec.findings import Findings
from studio_backup.spec.model import Array
from studio_backup.spec.reading import entries_of, place_of, text_of, texts_of
from studio_backup.spec.storage import array_id
from studio_backup.spec.wording import suggest

#: Fewest disks of each level, in the words of its kind.
LEVELS: dict[str, dict[str, int]] = {
    "md": {"raid0": 2, "raid1": 2, "raid4": 3, "raid5": 3, "raid6": 4, "raid10": 2, "linear": 1},
    "btrfs": {
        "single": 1,
        "raid0": 2,
        "raid1": 2,
        "raid1c3": 3,
        "raid1c4": 4,
        "raid10": 4,
        "raid5": 3,
        "raid6": 4,
    },
    "zfs": {"stripe": 1, "mirror": 2, "raidz1": 3, "raidz2": 4, "raidz3": 5},
    "appleraid": {"stripe": 2, "mirror": 2, "concat": 2},
    "storage-space": {"simple": 1, "mirror": 2, "three-way-mirror": 5, "parity": 3},
    "dynamic": {"spanned": 2, "striped": 2, "mirror": 2, "raid5": 3},
    "hardware": {"raid0": 2, "raid1": 2, "raid5": 3, "raid6": 4, "raid10": 4},
    "beyondraid": {"single": 2, "dual": 3},
}


def build_arrays(machine: str, tree: Mapping, findings: Findings) -> dict[str, Array]:
    """Every array that can be built; why others cannot is reported."""
    disks = list(entries_of(tree, "disks"))
    return {
        name: array
        for name, entry in entries_of(tree, "arrays").items()
        if (array := _array(machine, name, entry, disks, findings))
    }


def _array(machine: str, name: str, entry: Entry, known: list[str], findings: Findings) -> Array | None:
    node, place = entry.value, entry.key.place
    kind, level = text_of(node, "kind"), text_of(node, "level")
    members, spares = texts_of(node, "members"), texts_of(node, "spares")
    for member in (*members, *spares):
        if member.value not in known:
            fix = suggest(member.value, known, "define the disk first")
            findings.add(member.place, "SB304", f"'{machine}' has no disk '{member.value}'", fix)
    levels = LEVELS.get(kind, {})
    level_place = place_of(node, "level", place)
    if level not in levels:
        fix = suggest(level, levels, "look at the levels of this kind")
        findings.add(level_place, "SB405", f"{kind} has no level '{level}'", fix)
        return None
    names = tuple(dict.fromkeys(member.value for member in members))
    if len(names) < levels[level]:
        message = f"{kind} {level} needs {levels[level]} disks, '{name}' has {len(names)}"
        findings.add(level_place, "SB405", message, "add members, or choose another level")
        return None
    waiting = tuple(dict.fromkeys(spare.value for spare in spares))
    uuid = array_id(text_of(node, "id")) or None
    array = Array(name=name, kind=kind, level=level, members=names, spares=waiting, id=uuid, place=place)
    _check_spares(array, place_of(node, "spares", place), findings)
    return array


def _check_spares(array: Array, place: Place, findings: Findings) -> None:
    """Only md arrays that can lose a disk have use for one that waits, and it waits beside the members."""
    if array.spares and (array.kind != "md" or array.level in ("raid0", "linear")):
        message = f"{array.kind} {array.level} takes no spares"
        findings.add(place, "SB405", message, "delete them here; only md arrays with redundancy take some")
    both = [spare for spare in array.spares if spare in array.members]
    if both:
        message = f"'{both[0]}' is a member and a spare of '{array.name}'"
        findings.add(place, "SB406", message, "name each disk once")
