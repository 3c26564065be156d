"""A place that holds a dataset, by what it stands on: a machine, a drive that travels, an account."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.policy.holding import ACCOUNT, Holding
from studio_backup.policy.reach import Depth
from studio_backup.policy.turns import turn_of
from studio_backup.policy.underneath import disk_of, installed_on, shared_by, spare_of
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.outside import Account, Drive, External, Whereabouts
from studio_backup.spec.tools import TOOLS


@dataclass(frozen=True, kw_only=True)
class Made:
    """What is known of it wherever it stands: by what it is made, how old it may be and how far back it reaches."""

    name: str
    age: int
    depths: tuple[Depth, ...] = ()
    copy: Copy | None = None
    external: External | None = None

    @property
    def program(self) -> str:
        """Without which nobody reads it; "" where everybody does."""
        return TOOLS[self.external.tool].restorer if self.external is not None else ""


def in_account(dataset: Dataset, account: Account, external: External, made: Made, late: float) -> Holding:
    """Out there. `late`: seconds until anybody notices what somebody erases."""
    found = made.depths
    lock = (account.lock or 0) if TOOLS[external.tool].locks else 0
    if lock > made.age:  # locked from the day it was written, which may be a run before the moment that is asked for
        found = (*found, Depth(lock - made.age, made.age))
    # Who gets in erases what is locked no more by the time that anybody notices; what was written last before that,
    # one run ago at worst, has to outlast it.
    held = lock if lock >= late + made.age else 0
    erasers = set(account.erased_by) or {f"machine:{dataset.machine}"}
    if any(word.startswith("machine:") for word in erasers):
        erasers.add("control")  # its keys open that machine
    return Holding(
        name=made.name,
        account=account.name,
        site=f"{ACCOUNT}{account.name}",
        media=frozenset(["cloud"]),
        erasers=frozenset(erasers),
        lock=held,
        needs=tuple(filter(None, (made.program,))),
        age=made.age,
        depths=found,
        external=external,
    )


def on_drive(studio: Studio, drive: Drive, made: Made) -> Holding:
    """On a drive that travels: where it is kept, and with the machine only if it stays plugged in there."""
    machine = drive.plugged_into or ""
    shared = [("enclosure", drive.enclosure, drive.name)] if drive.enclosure else []
    if machine and drive.power:
        shared.append(("power", f"{drive.home.site}/{drive.power}", drive.name))
    return Holding(
        name=made.name,
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
        needs=tuple(filter(None, (drive.read_with, drive.software or made.program))),
        secured=is_secured(studio, drive.home),
        age=made.age,
        depths=made.depths,
        copy=made.copy,
        external=made.external,
    )


def on_machine(studio: Studio, machine_name: str, volume_name: str, made: Made) -> Holding:
    """On a volume that stays with its machine."""
    machine = studio.machines[machine_name]
    on = machine.volumes[volume_name].on
    disks = machine.disks_under(on)
    console = made.copy is not None and made.copy.control == "console"
    return Holding(
        name=made.name,
        machine=machine_name,
        volume=volume_name,
        site=machine.site,
        room=f"{machine.site}/{machine.room}" if machine.room else "",
        disks=frozenset(disk_of(machine, disk) for disk in disks),
        shared=frozenset(shared_by(machine, disks)),
        array=f"{machine_name}/{on}" if on in machine.arrays else "",
        readers=frozenset(f"{machine_name}/{system}" for system in machine.volumes[volume_name].paths),
        spare=spare_of(machine, on),
        needs=tuple(filter(None, (made.program,))),
        secured=is_secured(studio, Whereabouts(machine.site, machine.room)),
        media=frozenset(machine.disks[disk].medium for disk in disks),
        systems=frozenset(installed_on(machine, disks)),
        erasers=frozenset([f"machine:{machine_name}"] if console else [f"machine:{machine_name}", "control"]),
        age=made.age,
        depths=made.depths,
        copy=made.copy,
        external=made.external,
    )


def is_secured(studio: Studio, where: Whereabouts) -> bool:
    """True where things are locked away: in a room that is, or at a site that is."""
    site = studio.sites.get(where.site)
    if site is None:
        return False  # a bag, or the shelf of somebody whom the spec does not name
    room = site.rooms.get(where.room or "")
    return site.secured or (room is not None and room.secured)
