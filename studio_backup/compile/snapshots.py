"""Snapshots beside the data: what is watched of them, and what a program that makes them is told."""

from __future__ import annotations

from studio_backup.compile.collect import Collector
from studio_backup.compile.route import Route
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.spec.model import Studio, Volume
from studio_backup.spec.storage import zfs_name

#: The letters that btrbk has for our rules.
_LETTERS = {"hourly": "h", "daily": "d", "weekly": "w", "monthly": "m", "yearly": "y"}


def watch(collected: Collector, route: Route, volume: tuple[str, ...]) -> list[str]:
    """The schedule, and the file that tells another program what to do, where one makes the snapshots."""
    place, by = route.copy.place, route.copy.by
    told = tool_configuration(route)
    needs = []
    if by == "btrbk":
        needs = [collected.file(route.writer, told, place, btrbk(route))]
    elif by == "sanoid":
        text = sanoid(route, zfs_dataset(collected.studio, route.volume))
        needs = [collected.file(route.writer, f"{told}/sanoid.conf", place, text)]
    collected.add(
        SnapshotSchedule(
            system=route.writer.full_name,
            name=route.target,
            place=place,
            source=route.readers[0].path,
            by=by,
            told=told if needs else "",
            requires=(*volume, *needs),
        )
    )
    return needs


def tool_configuration(route: Route) -> str:
    """Beside the job's own configuration, and of this dataset alone: whatever else the program does stays as it is.
    btrbk wants a file, sanoid a folder."""
    return f"{route.job_conf.removesuffix('.conf')}.{route.copy.by}"


def btrbk(route: Route) -> str:
    """Its configuration for one dataset; btrbk.conf(5). It makes no folder: the job does."""
    keep = route.copy.keep
    rules = " ".join(f"{count}{letter}" for rule, letter in _LETTERS.items() if (count := getattr(keep, rule)))
    minimum = "latest" if rules else "all"
    lines = [
        "timestamp_format long-iso",
        "preserve_day_of_week monday",
        f"volume {route.target_root}",
        f"  subvolume {route.dataset.path}",
        f"    snapshot_dir {route.copy.path}/points",
        f"    snapshot_name {route.dataset.name}",
        "    snapshot_create always",
        f"    snapshot_preserve_min {minimum}",
        *([f"    snapshot_preserve {rules}"] if rules else []),
    ]
    return "".join(f"{line}\n" for line in lines)


def zfs_dataset(studio: Studio, volume: Volume) -> str:
    """What ZFS calls a volume; "" where no play keeps it, so that nobody here knows."""
    kept = (
        one
        for one in studio.managed
        if (one.machine, one.kind, one.name) == (volume.machine, "zfs-dataset", volume.name)
    )
    return next((zfs_name(volume, one) for one in kept), "")


def sanoid(route: Route, dataset: str) -> str:
    """Its configuration for one dataset; sanoid.defaults.conf names every key. What is 0 it neither makes nor keeps."""
    keep = route.copy.keep
    rules = {rule: getattr(keep, rule) for rule in _LETTERS}
    lines = ["autosnap = yes", "autoprune = yes", "recursive = no", "frequently = 0"]
    lines += [f"{rule} = {count}" for rule, count in rules.items()]
    return f"[{dataset}]\n" + "".join(f"\t{line}\n" for line in lines)
