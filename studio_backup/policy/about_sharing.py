"""Warnings about work that several systems of a machine share, and about what their file systems cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

from studio_backup.source import Problem
from studio_backup.spec.model import Dataset, Machine, Studio, System, Volume
from studio_backup.spec.schedule import DAY, Schedule
from studio_backup.spec.sharing import FILESYSTEMS, TITLES, called, danger, unreadable, unwritable
from studio_backup.spec.windows import is_shared


def about_sharing(studio: Studio, dataset: Dataset) -> Iterator[Problem]:
    """Everything about the volume that the work is on, and about the volumes that its copies go to."""
    machine = studio.machines[dataset.machine]
    volume = machine.volumes[dataset.volume]
    yield from _without_journal(studio, dataset, volume)
    yield from _left_mounted(studio, dataset, machine, volume)
    yield from _one_side(dataset, machine, volume)
    yield from _at_once(dataset, machine, volume)
    yield from _too_large(dataset, volume)
    yield from _copies(studio, dataset)


def _sides(machine: Machine, volume: Volume) -> list[System]:
    return [system for name, system in machine.systems.items() if name in volume.paths]


def _without_journal(studio: Studio, dataset: Dataset, volume: Volume) -> Iterator[Problem]:
    """What two systems share has no choice; then a copy has to be near."""
    if FILESYSTEMS[volume.filesystem].journal or volume.on in studio.drives:
        return
    machine = studio.machines[dataset.machine]
    more = "" if FILESYSTEMS[volume.filesystem].links else ", no access lists and no snapshots"
    lacks = f"{called(volume.filesystem)} keeps no journal{more}"
    kinds = {system.os for system in _sides(machine, volume)}
    if len(kinds) == 1 and len({system.os for system in machine.systems.values()}) == 1:
        message = f"'{dataset.full_name}' is worked on from {called(volume.filesystem)}, and {lacks}"
        fix = f"move it to what {TITLES[kinds.pop()]} brings for its own disks: one cut of the power may take it all"
        yield Problem(dataset.place, "SB521", message, fix)
    elif not any(0 < every.period <= DAY for every in _rhythms(dataset)):
        message = f"'{dataset.full_name}' is copied less than daily, and {lacks}: one bad unplugging may take it all"
        yield Problem(dataset.place, "SB521", message, "let one copy be made every day at least")


def _rhythms(dataset: Dataset) -> list[Schedule]:
    """How often each copy is made, by whomever."""
    return [*(one.every for one in dataset.copies.values()), *(one.every for one in dataset.external.values())]


def _left_mounted(studio: Studio, dataset: Dataset, machine: Machine, volume: Volume) -> Iterator[Problem]:
    """Windows with Fast Startup does not unmount when it is shut down, and finds its own memory of the volume again."""
    if not is_shared(machine, volume):
        return
    for one in studio.managed:
        if (one.machine, one.kind, one.options.get("enabled")) == (machine.name, "fast-startup", "yes"):
            message = (
                f"a play switches Fast Startup on at '{machine.name}/{one.name}': a shut-down then leaves "
                f"'{volume.full_name}' half written for the other system"
            )
            yield Problem(dataset.place, "SB522", message, "delete enabled: yes: by itself it is kept off there")


def _one_side(dataset: Dataset, machine: Machine, volume: Volume) -> Iterator[Problem]:
    """While the other system runs, no copy is made; what belongs to one system by nature is left out."""
    if dataset.role == "system" or not machine.exclusive:
        return
    here = _sides(machine, volume)
    for system in machine.systems.values():
        barrier = unreadable(machine, volume, system.os) or unwritable(machine, volume, system.os)
        if system in here:
            if barrier:
                name = called(barrier)
                message = f"nobody can save to '{dataset.full_name}' while {system.name} runs: it only reads {name}"
                yield Problem(dataset.place, "SB523", message, "keep what both work on on exFAT")
        elif here and barrier:
            message = (
                f"nobody reaches '{dataset.full_name}', and no copy of it is made, while {system.name} runs: "
                f"{TITLES[system.os]} cannot use {called(barrier)}{danger(barrier, system.os)}"
            )
            fix = "answer Windows with Cancel, always" if danger(barrier, system.os) else "boot the other system often"
            yield Problem(dataset.place, "SB523", message, f"{fix}; work for both belongs on exFAT")
        elif here:
            message = f"nothing says where '{system.full_name}' mounts '{dataset.full_name}': no copy while it runs"
            fix = f"add its path for {system.name} to paths: of the volume '{volume.name}'"
            yield Problem(dataset.place, "SB523", message, fix)


def _at_once(dataset: Dataset, machine: Machine, volume: Volume) -> Iterator[Problem]:
    sides = _sides(machine, volume)
    if len(sides) > 1 and not machine.exclusive:
        names = " and ".join(f"'{system.full_name}'" for system in sides)
        message = f"{names} run at once and mount '{volume.full_name}', and {called(volume.filesystem)} has one writer"
        fix = "let one of them mount it, and share it with the other over the network; or write exclusive: true"
        yield Problem(dataset.place, "SB525", message, fix)


def _too_large(dataset: Dataset, volume: Volume) -> Iterator[Problem]:
    if FILESYSTEMS[volume.filesystem].largest:
        message = f"'{dataset.full_name}' is on {called(volume.filesystem)}: a long take stops at 4 GiB"
        yield Problem(dataset.place, "SB524", message, "use exFAT, which every system here reads as well")


def _copies(studio: Studio, dataset: Dataset) -> Iterator[Problem]:
    for copy in dataset.copies.values():
        volume = studio.machines[copy.machine].volumes[copy.volume]
        able, name = FILESYSTEMS[volume.filesystem], called(volume.filesystem)
        if able.largest:
            message = f"'{copy.full_name}' goes to {name}, which takes no file of 4 GiB: such a run fails"
            yield Problem(copy.place, "SB524", message, "send it to another volume")
        if not able.links and copy.engine == "rsync" and copy.mode != "clone":
            message = f"'{copy.full_name}' is on {name}, without hard links: each point takes all its room"
            yield Problem(copy.place, "SB526", message, "send it to a volume with hard links, or say mode: clone")
