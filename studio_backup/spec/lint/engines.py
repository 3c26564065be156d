"""Snapshots and what sends them: only where both volumes can, and where the gate on the source may."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Copy, Dataset


def lint_engines(sight: Sight, findings: Findings) -> None:
    """Report SB419."""
    for dataset, copy in sight.copies():
        if copy.engine == "snapshot":
            _snapshots(sight, dataset, findings)
            if copy.by != "own":
                _made_by(sight, dataset, copy, findings)
        elif copy.engine == "btrfs-send":
            _sent(sight, dataset, copy, findings)


def _snapshots(sight: Sight, dataset: Dataset, findings: Findings) -> None:
    volume = sight.volume(dataset.machine, dataset.volume)
    if volume.filesystem != "btrfs":
        message = f"'{volume.full_name}' is {volume.filesystem}, and snapshots are made on btrfs alone"
        place = sight.dataset_place(dataset, "snapshots")
        findings.add(place, "SB419", message, "delete snapshots:, or keep the dataset on a btrfs volume")


def _made_by(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    """What another program makes has names, and rules, of its own."""
    keep, by = copy.keep, sight.snapshots_place(dataset, "by")
    if not dataset.path:
        message = f"of a whole volume a snapshot by {copy.by} would hold what it made before"
        findings.add(by, "SB419", message, "keep the data in a folder of it that is a subvolume, or delete by:")
    paths = (dataset.path, *sight.volume(dataset.machine, dataset.volume).paths.values())
    if any("#" in path or path != path.strip() for path in paths):
        message = f"{copy.by} takes no path with a # in it, or with a blank at an end"
        findings.add(by, "SB419", message, "choose another path, or delete by:")
    if keep.last or keep.hold:
        word = "last" if keep.last else "hold"
        fix = f"say hourly, daily, weekly, monthly or yearly, and delete {word}:"
        findings.add(sight.snapshots_place(dataset, "keep"), "SB419", f"{copy.by} has no rule '{word}'", fix)
    for other in dataset.copies.values():
        if other.source_copy == copy.name:
            message = f"'{other.full_name}' takes restore points of ours, and these are made by {copy.by}"
            fix = "delete by: of the snapshots, or from: here"
            findings.add(sight.copy_place(other, "from"), "SB419", message, fix)


def _sent(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    place = sight.copy_place(copy, "engine")
    source = dataset.copies.get(copy.source_copy or "")
    if copy.source_copy is None:
        message = f"btrfs-send sends snapshots, and '{copy.full_name}' copies from the source itself"
        fix = "give the dataset snapshots: {every: hour}, and this copy from: snapshots"
        findings.add(place, "SB419", message, fix)
    for one in filter(None, (copy, source)):
        volume = sight.volume(one.machine, one.volume)
        if volume.filesystem != "btrfs" and one.engine != "snapshot":
            message = f"btrfs-send needs btrfs on both ends, and '{volume.full_name}' is {volume.filesystem}"
            findings.add(place, "SB419", message, "delete engine: here, or choose a btrfs volume")
        if one.mode == "mirror":
            message = f"btrfs-send sends restore points, and '{one.full_name}' is a mirror, which has none"
            findings.add(sight.copy_place(one, "mode"), "SB419", message, "delete mode: mirror, or engine: btrfs-send")
    if copy.bandwidth is not None:
        message = "the stream of a snapshot cannot be slowed down"
        findings.add(sight.copy_place(copy, "bandwidth"), "SB419", message, "delete bandwidth:, or engine: btrfs-send")
    if source is not None and source.machine != copy.machine:
        _roots(sight, copy, source, findings)


def _roots(sight: Sight, copy: Copy, source: Copy, findings: Findings) -> None:
    """The kernel sends snapshots to root alone, and the gate has the rights of the user who is logged in to."""
    for system in sight.viewers(sight.volume(source.machine, source.volume)):
        if system.os == "linux" and system.user != "root":
            message = f"only root may send snapshots, and '{system.full_name}' is read as '{system.user}'"
            fix = f"let the user of {system.full_name} be root, or delete engine: here"
            findings.add(sight.copy_place(copy, "engine"), "SB419", message, fix)
