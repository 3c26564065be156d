"""Scrubs of the md arrays that plays keep: a program of ours on the machine, a service, and a timer that starts it."""

from __future__ import annotations

from studio_backup.compile.collect import Collector, owner_mark
from studio_backup.paths import configuration, unit_prefix
from studio_backup.resources import md_scrub
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_change import BARE
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec import model


def scrub(collected: Collector, system: model.System, array: MdArray, every: str) -> None:
    """`every` is weekly, monthly or nothing; an array without redundancy has nothing to compare."""
    if every not in md_scrub.CALENDAR or array.level in BARE:
        return
    studio = collected.studio.name
    path = f"{configuration(studio)}/scrub-{array.name}"
    program = collected.file(system, path, array.place, md_scrub.program(array.designators), "0755")
    service = _unit(collected, array, "service", md_scrub.service(array.name, path), (program, array.address))
    _unit(collected, array, "timer", md_scrub.timer(array.name, every), (service,))


def _unit(collected: Collector, array: MdArray, suffix: str, body: str, needs: tuple[str, ...]) -> str:
    studio = collected.studio.name
    name = f"{unit_prefix(studio)}scrub-{array.name}.{suffix}"
    mark = owner_mark(studio, f"{array.system}/{SystemdUnit.kind}/{name}", array.place)
    timer = suffix == "timer"
    return collected.add(
        SystemdUnit(
            system=array.system,
            name=name,
            place=array.place,
            text=mark + body,
            enabled="enabled" if timer else None,
            active="active" if timer else None,
            requires=needs,
        )
    )
