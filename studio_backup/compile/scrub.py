"""Scrubs of the md arrays that plays keep: a program of ours on the machine, a service, and a timer that starts it."""

from __future__ import annotations

from studio_backup.compile.collect import Collector
from studio_backup.paths import configuration, unit_prefix
from studio_backup.resources import md_scrub
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_change import BARE
from studio_backup.spec import model


def scrub(collected: Collector, system: model.System, array: MdArray, every: str) -> None:
    """`every` is weekly, monthly or nothing; an array without redundancy has nothing to compare."""
    if every not in md_scrub.CALENDAR or array.level in BARE:
        return
    studio = collected.studio.name
    path = f"{configuration(studio)}/scrub-{array.name}"
    program = collected.file(system, path, array.place, md_scrub.program(array.designators), "0755")
    name = f"{unit_prefix(studio)}scrub-{array.name}"
    body = md_scrub.service(array.name, path)
    service = collected.unit(system, f"{name}.service", array.place, body, (program, array.address))
    collected.unit(system, f"{name}.timer", array.place, md_scrub.timer(array.name, every), (service,))
