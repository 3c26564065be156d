"""Where a dataset really is: the original, every copy of ours, and every copy that another product makes."""

from __future__ import annotations

import dataclasses

from studio_backup.policy.holding import ORIGINAL, Holding
from studio_backup.policy.places import Made, in_account, is_secured, on_drive, on_machine
from studio_backup.policy.reach import Depth, depths, single, spacing
from studio_backup.policy.rules import noticed_after
from studio_backup.policy.turns import later, turn_of, waiting
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.outside import External
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
    held = on_machine(studio, dataset.machine, dataset.volume, Made(name=ORIGINAL, age=0))
    drive = studio.drives.get(studio.machines[dataset.machine].volumes[dataset.volume].on)
    if drive is None or drive.home.site == held.site:
        return held
    room = drive.home.full_name if drive.home.room else ""
    return dataclasses.replace(held, site=drive.home.site, room=room, secured=is_secured(studio, drive.home))


def _copied(studio: Studio, dataset: Dataset, copy: Copy) -> Holding:
    chain = _chain(dataset, copy)
    wait = sum(_wait(studio, studio.machines[one.machine].volumes[one.volume].on, one.every) for one in chain)
    age = sum(one.every.period or MANUAL_LIMIT for one in chain) + wait
    found = depths(copy.keep, spacing([one.every for one in chain])) if copy.mode == "versioned" else ()
    made = Made(name=copy.name, age=age, depths=later(found, wait), copy=copy)
    machine = studio.machines[copy.machine]
    on = machine.volumes[copy.volume].on
    if on in studio.drives and machine.disks[on].travels:
        return on_drive(studio, studio.drives[on], made)
    return on_machine(studio, copy.machine, copy.volume, made)


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
    made = Made(name=external.name, age=age, depths=found, external=external)
    if external.account is not None:
        return in_account(dataset, studio.accounts[external.account], external, made, late)
    drive = studio.drives[external.drive] if external.drive is not None else None
    machine = drive.plugged_into if drive is not None else None
    # Over a network Time Machine may have to begin anew: its history is then gone, so it does not count as one.
    if external.tool == "time-machine" and (drive is None or machine not in (None, dataset.machine)):
        made = dataclasses.replace(made, depths=())
    if drive is not None:
        held = on_drive(studio, drive, made)
    else:
        assert external.machine is not None
        assert external.volume is not None
        held = on_machine(studio, external.machine, external.volume, made)
    # The product writes there from the source: whoever holds the source can erase it.
    return dataclasses.replace(held, erasers=held.erasers | {f"machine:{dataset.machine}"}) if held.machine else held
