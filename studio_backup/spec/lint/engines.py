"""Snapshots and what sends them: only where both volumes can, and where the gate on the source may."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Copy, Dataset, Volume

#: The file systems that can be snapshotted, each with the engine that sends their snapshots.
_SENDING = {"btrfs": "btrfs-send", "zfs": "zfs-send"}

#: The programs that can make them, each with what it makes them of.
_TOOLS = {"btrbk": "btrfs", "sanoid": "zfs"}
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 28 * 86_400, "yearly": 365 * 86_400}


def lint_engines(sight: Sight, findings: Findings) -> None:
    """Report SB419."""
    for dataset, copy in sight.copies():
        if copy.engine == "snapshot":
            _snapshots(sight, dataset, findings)
            if copy.by != "own":
                _made_by(sight, dataset, copy, findings)
        elif copy.engine in _SENDING.values():
            _sent(sight, dataset, copy, findings)


def _snapshots(sight: Sight, dataset: Dataset, findings: Findings) -> None:
    volume = sight.volume(dataset.machine, dataset.volume)
    place = sight.dataset_place(dataset, "snapshots")
    if volume.filesystem not in _SENDING:
        message = f"'{volume.full_name}' is {volume.filesystem}, and snapshots are made on btrfs and ZFS alone"
        fix = "delete snapshots:, or keep the dataset on a btrfs volume, or on a ZFS volume of its own"
        findings.add(place, "SB419", message, fix)
    elif volume.filesystem == "zfs" and dataset.path:
        message = f"ZFS snapshots all of '{volume.full_name}' at once, and the dataset is a folder in it"
        fix = "give the folder a volume of its own (a dataset of the pool), or delete snapshots:"
        findings.add(place, "SB419", message, fix)
    elif volume.filesystem == "zfs" and (other := _before(sight, dataset)):
        message = (
            f"'{other.full_name}' has snapshots of '{volume.full_name}' already, and ZFS keeps both under one name"
        )
        findings.add(place, "SB419", message, "delete snapshots: of one of them")


def _before(sight: Sight, dataset: Dataset) -> Dataset | None:
    """Another dataset, of those before it, that is all of the same volume and has snapshots, too."""
    for other, copy in sight.copies():
        if other is dataset:
            return None
        same = (other.machine, other.volume, other.path) == (dataset.machine, dataset.volume, dataset.path)
        if copy.engine == "snapshot" and same:
            return other
    return None


def _made_by(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    """What another program makes has names, and rules, of its own."""
    keep, by = copy.keep, sight.snapshots_place(dataset, "by")
    volume = sight.volume(dataset.machine, dataset.volume)
    if volume.filesystem != _TOOLS[copy.by]:
        if volume.filesystem in _SENDING:  # else snapshots are the fault, and said to be
            message = f"{copy.by} makes snapshots of {_called(_TOOLS[copy.by])} alone"
            findings.add(by, "SB419", message, "delete by: here, or name the other program")
        return
    if copy.by == "sanoid":
        _by_sanoid(sight, dataset, copy, volume, findings)
    elif not dataset.path:
        message = f"of a whole volume a snapshot by {copy.by} would hold what it made before"
        findings.add(by, "SB419", message, "keep the data in a folder of it that is a subvolume, or delete by:")
    elif any(_strange_to_btrbk(path) for path in (dataset.path, *volume.paths.values())):
        message = f"{copy.by} takes no path with # or * in it, or with a blank or a quote at an end"
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


def _strange_to_btrbk(path: str) -> bool:
    """A comment, all that fits a pattern, or less than was written: it takes quotes off."""
    return any(letter in path for letter in "#*") or path != path.strip() or path.strip("\"'") != path


def _by_sanoid(sight: Sight, dataset: Dataset, copy: Copy, volume: Volume, findings: Findings) -> None:
    """It goes by what ZFS calls a volume, and makes what it keeps: one an hour where it keeps hourly ones."""
    if (volume.machine, "zfs-dataset", volume.name) not in sight.kept:
        message = f"sanoid must be told what ZFS calls '{volume.full_name}', and no play says it"
        fix = f"let a play keep it, zfs-dataset: {{{volume.name}: {{}}}}, or delete by:"
        findings.add(sight.snapshots_place(dataset, "by"), "SB419", message, fix)
    finest = next((seconds for rule, seconds in _PERIODS.items() if getattr(copy.keep, rule)), None)
    if finest is None:
        message = "sanoid makes what it keeps, and is told to keep nothing"
        findings.add(sight.snapshots_place(dataset, "keep"), "SB419", message, "add keep: {hourly: 48, daily: 30}")
    elif 0 < copy.every.period < finest:
        message = f"sanoid makes one for each rule of keep:, which is less often than '{copy.every.text}'"
        fix = "keep hourly ones and say every: hour, or say how seldom they are kept"
        findings.add(sight.snapshots_place(dataset, "every"), "SB419", message, fix)


def _sent(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    place, engine = sight.copy_place(copy, "engine"), copy.engine
    filesystem = next(name for name, sent in _SENDING.items() if sent == engine)
    source = dataset.copies.get(copy.source_copy or "")
    if copy.source_copy is None:
        message = f"{engine} sends snapshots, and '{copy.full_name}' copies from the source itself"
        fix = "give the dataset snapshots: {every: hour}, and this copy from: snapshots"
        findings.add(place, "SB419", message, fix)
    for one in filter(None, (copy, source)):
        volume = sight.volume(one.machine, one.volume)
        # What is wrong with the volume of a dataset's own snapshots is said of them.
        if volume.filesystem != filesystem and (one.engine != "snapshot" or volume.filesystem in _SENDING):
            message = (
                f"{engine} needs {_called(filesystem)} on both ends, and '{volume.full_name}' is {volume.filesystem}"
            )
            fix = f"delete engine: here, or choose a {_called(filesystem)} volume"
            findings.add(place, "SB419", message, fix)
        if one.mode == "mirror":
            message = f"{engine} sends restore points, and '{one.full_name}' is a mirror, which has none"
            findings.add(sight.copy_place(one, "mode"), "SB419", message, f"delete mode: mirror, or engine: {engine}")
    if engine == "zfs-send" and source is not None and source.engine == "rsync":
        message = f"zfs-send sends snapshots, and the restore points of '{source.full_name}' are plain folders"
        findings.add(place, "SB419", message, "delete engine: here, or send from: snapshots")
    if copy.bandwidth is not None:
        message = "the stream of a snapshot cannot be slowed down"
        findings.add(sight.copy_place(copy, "bandwidth"), "SB419", message, f"delete bandwidth:, or engine: {engine}")
    if source is not None and source.machine != copy.machine:
        _roots(sight, copy, source, findings)


def _called(filesystem: str) -> str:
    return "ZFS" if filesystem == "zfs" else filesystem


def _roots(sight: Sight, copy: Copy, source: Copy, findings: Findings) -> None:
    """The kernel sends snapshots to root alone, and the gate has the rights of the user who is logged in to."""
    for system in sight.viewers(sight.volume(source.machine, source.volume)):
        if system.os == "linux" and system.user != "root":
            message = f"only root may send snapshots, and '{system.full_name}' is read as '{system.user}'"
            fix = f"let the user of {system.full_name} be root, or delete engine: here"
            findings.add(sight.copy_place(copy, "engine"), "SB419", message, fix)
