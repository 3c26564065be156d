"""Where a dataset really is: the original, every copy of ours, and every copy that another product makes."""

from __future__ import annotations

import dataclasses

from studio_backup.policy.holding import ACCOUNT, ORIGINAL, Holding
from studio_backup.policy.reach import Depth, depths, single, spacing
from studio_backup.policy.rules import noticed_after
from studio_backup.policy.turns import later, turn_of, waiting
from studio_backup.policy.underneath import disk_of, installed_on, shared_by, spare_of
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.outside import Drive, External, Whereabouts
from studio_backup.spec.schedule import MANUAL_LIMIT, Schedule
from studio_backup.spec.tools import TOOLS


def holdings_of(studio: Studio, dataset: Dataset, noticed: float | None = None) -> list[Holding]:
    """The original first, then our copies, then those of other products, each in the order of the spec.

    `noticed`: seconds until anybody notices what somebody erases, which a lock has to outlast; as the policy says
    where it is None.
    """
    late = noticed_after(studio, dataset) if noticed is None else noticed
    return [
        _original(studio, dataset),
        *(_copied(studio, dataset, copy) for copy in dataset.copies.values()),
        *(
            dataclasses.replace(_made_elsewhere(studio, dataset, one, late), sync=TOOLS[one.tool].sync)
            for one in dataset.external.values()
        ),
    ]


def _original(studio: Studio, dataset: Dataset) -> Holding:
    """On its machine; one on a drive that is away from there stands where the drive is, beside what is kept there."""
    held = _on_machine(studio, dataset.machine, dataset.volume, ORIGINAL, age=0)
    drive = studio.drives.get(studio.machines[dataset.machine].volumes[dataset.volume].on)
    if drive is None or drive.home.site == held.site:
        return held
    room = drive.home.full_name if drive.home.room else ""
    return dataclasses.replace(held, site=drive.home.site, room=room, secured=_secured(studio, drive.home))


def _copied(studio: Studio, dataset: Dataset, copy: Copy) -> Holding:
    chain = _chain(dataset, copy)
    wait = sum(_wait(studio, studio.machines[one.machine].volumes[one.volume].on, one.every) for one in chain)
    age = sum(one.every.period or MANUAL_LIMIT for one in chain) + wait
    found = depths(copy.keep, spacing([one.every for one in chain])) if copy.mode == "versioned" else ()
    found = later(found, wait)
    machine = studio.machines[copy.machine]
    on = machine.volumes[copy.volume].on
    if on in studio.drives and machine.disks[on].travels:
        return _on_drive(studio, studio.drives[on], copy.name, age=age, found=found, copy=copy)
    return _on_machine(studio, copy.machine, copy.volume, copy.name, age=age, found=found, copy=copy)


def _wait(studio: Studio, on: str, every: Schedule) -> int:
    """Seconds that a copy waits for the turn of its drive; 0 on anything else."""
    turn = turn_of(studio, on) if on in studio.drives else None
    return waiting(turn, single(every)) if turn is not None else 0


def _chain(dataset: Dataset, copy: Copy) -> list[Copy]:
    """The copy and those that it is fed from, back to the one that reads the original."""
    found = [copy]
    while found[-1].source_copy is not None:
        found.append(dataset.copies[found[-1].source_copy])
    return found


def _made_elsewhere(studio: Studio, dataset: Dataset, external: External, late: float) -> Holding:
    wait = _wait(studio, external.drive or "", external.every)
    age = (external.every.period or MANUAL_LIMIT) + wait
    found = (Depth(external.versions, age),) if external.versions else ()
    if external.account is not None:
        return _in_account(studio, dataset, external, age, found, late)
    drive = studio.drives[external.drive] if external.drive is not None else None
    machine = drive.plugged_into if drive is not None else None
    # Over a network Time Machine may have to begin anew: its history is then gone, so it does not count as one.
    if external.tool == "time-machine" and (drive is None or machine not in (None, dataset.machine)):
        found = ()
    if drive is not None:
        held = _on_drive(studio, drive, external.name, age=age, found=found, external=external)
    else:
        assert external.machine is not None
        assert external.volume is not None
        held = _on_machine(
            studio, external.machine, external.volume, external.name, age=age, found=found, external=external
        )
    # The product writes there from the source: whoever holds the source can erase it.
    return dataclasses.replace(held, erasers=held.erasers | {f"machine:{dataset.machine}"}) if held.machine else held


def _in_account(
    studio: Studio, dataset: Dataset, external: External, age: int, found: tuple[Depth, ...], late: float
) -> Holding:
    assert external.account is not None
    account = studio.accounts[external.account]
    lock = (account.lock or 0) if TOOLS[external.tool].locks else 0
    if lock > age:  # locked from the day it was written, which may be a run before the moment that is asked for
        found = (*found, Depth(lock - age, age))
    # Who gets in erases what is locked no more by the time that anybody notices; what was written last before that,
    # one run ago at worst, has to outlast it.
    held = lock if lock >= late + age else 0
    erasers = set(account.erased_by) or {f"machine:{dataset.machine}"}
    if any(word.startswith("machine:") for word in erasers):
        erasers.add("control")  # its keys open that machine
    return Holding(
        name=external.name,
        account=account.name,
        site=f"{ACCOUNT}{account.name}",
        media=frozenset(["cloud"]),
        erasers=frozenset(erasers),
        lock=held,
        needs=tuple(filter(None, (_program(external),))),
        age=age,
        depths=found,
        external=external,
    )


def _on_drive(
    studio: Studio,
    drive: Drive,
    name: str,
    *,
    age: int,
    found: tuple[Depth, ...] = (),
    copy: Copy | None = None,
    external: External | None = None,
) -> Holding:
    """On a drive that travels: where it is kept, and with the machine only if it stays plugged in there."""
    machine = drive.plugged_into or ""
    shared = [("enclosure", drive.enclosure, drive.name)] if drive.enclosure else []
    if machine and drive.power:
        shared.append(("power", f"{drive.home.site}/{drive.power}", drive.name))
    return Holding(
        name=name,
        machine=machine,
        volume=drive.name,
        drive=drive.name,
        site=drive.home.site,
        room=drive.home.full_name if drive.home.room else "",
        disks=frozenset([drive.name]),
        shared=frozenset(shared),
        media=frozenset([drive.medium]),
        erasers=frozenset([f"machine:{machine}", "control"] if machine else []),
        offline=not machine,
        turn=turn_of(studio, drive.name),
        needs=tuple(filter(None, (drive.read_with, drive.software or _program(external)))),
        secured=_secured(studio, drive.home),
        age=age,
        depths=found,
        copy=copy,
        external=external,
    )


def _on_machine(
    studio: Studio,
    machine_name: str,
    volume_name: str,
    name: str,
    *,
    age: int,
    found: tuple[Depth, ...] = (),
    copy: Copy | None = None,
    external: External | None = None,
) -> Holding:
    machine = studio.machines[machine_name]
    on = machine.volumes[volume_name].on
    disks = machine.disks_under(on)
    console = copy is not None and copy.control == "console"
    return Holding(
        name=name,
        machine=machine_name,
        volume=volume_name,
        site=machine.site,
        room=f"{machine.site}/{machine.room}" if machine.room else "",
        disks=frozenset(disk_of(machine, disk) for disk in disks),
        shared=frozenset(shared_by(machine, disks)),
        array=f"{machine_name}/{on}" if on in machine.arrays else "",
        readers=frozenset(f"{machine_name}/{system}" for system in machine.volumes[volume_name].paths),
        spare=spare_of(machine, on),
        needs=tuple(filter(None, (_program(external),))),
        secured=_secured(studio, Whereabouts(machine.site, machine.room)),
        media=frozenset(machine.disks[disk].medium for disk in disks),
        systems=frozenset(installed_on(machine, disks)),
        erasers=frozenset([f"machine:{machine_name}"] if console else [f"machine:{machine_name}", "control"]),
        age=age,
        depths=found,
        copy=copy,
        external=external,
    )


def _program(external: External | None) -> str:
    return TOOLS[external.tool].restorer if external is not None else ""


def _secured(studio: Studio, where: Whereabouts) -> bool:
    """True where things are locked away: in a room that is, or at a site that is."""
    site = studio.sites.get(where.site)
    if site is None:
        return False  # a bag, or the shelf of somebody whom the spec does not name
    room = site.rooms.get(where.room or "")
    return site.secured or (room is not None and room.secured)
