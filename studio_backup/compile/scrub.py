"""Scrubs of the arrays and pools that plays keep: a program of ours, a service, and a timer that starts it."""

from __future__ import annotations

from studio_backup.compile.collect import Collector
from studio_backup.paths import configuration, unit_prefix
from studio_backup.resources import btrfs_scrub, md_scrub, zfs_scrub
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_change import BARE
from studio_backup.resources.zfs_pool import ZfsPool
from studio_backup.spec import model


def scrub(collected: Collector, system: model.System, array: MdArray | BtrfsFilesystem | ZfsPool, every: str) -> None:
    """`every` is weekly, monthly or nothing; an md array without redundancy has nothing to compare."""
    if every not in md_scrub.CALENDAR or (isinstance(array, MdArray) and array.level in BARE):
        return
    studio = collected.studio.name
    path = f"{configuration(studio)}/scrub-{array.name}"
    program = collected.file(system, path, array.place, _program(array), "0755")
    name = f"{unit_prefix(studio)}scrub-{array.name}"
    body = md_scrub.service(array.name, path)
    service = collected.unit(system, f"{name}.service", array.place, body, (program, array.address))
    collected.unit(system, f"{name}.timer", array.place, md_scrub.timer(array.name, every), (service,))


def _program(array: MdArray | BtrfsFilesystem | ZfsPool) -> str:
    if isinstance(array, MdArray):
        return md_scrub.program(array.designators)
    return zfs_scrub.program(array.pool) if isinstance(array, ZfsPool) else btrfs_scrub.program(array.uuid)
