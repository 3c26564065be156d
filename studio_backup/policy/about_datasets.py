"""Warnings about one dataset: too few copies, copies of the wrong sort, media that do not fit what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from studio_backup.policy.about_sharing import about_sharing
from studio_backup.policy.holding import Holding
from studio_backup.source import Place, Problem
from studio_backup.spec.media import pieces
from studio_backup.spec.model import Dataset, Disk, Machine, Studio
from studio_backup.spec.outside import External
from studio_backup.spec.tools import TOOLS

_FLASH = frozenset(["ssd", "nvme", "card"])
#: Directories that a sync keeps equal elsewhere.
_CLOUD_FOLDER = re.compile(
    r"(^|/)(dropbox|google ?drive|onedrive|icloud( ?drive)?|mobile documents|cloudstorage)( |/|-|$)", re.IGNORECASE
)
#: Disks of one model that went into use within this many days are taken for one batch.
_BATCH_DAYS = 90


def about_dataset(
    studio: Studio, dataset: Dataset, holdings: Sequence[Holding], siblings: Sequence[Dataset]
) -> Iterator[Problem]:
    """Everything that one dataset should not do; `siblings` are all datasets of its machine, itself among them."""
    yield from _too_few(studio, dataset, holdings)
    yield from _synced(dataset, studio)
    yield from _slow(dataset, holdings)
    yield from _one_half(studio, dataset, siblings)
    yield from _shelved(studio, dataset, holdings)
    yield from _batch(studio, dataset, holdings)
    yield from _landed(studio, dataset)
    yield from _bootable(studio, dataset)
    yield from about_sharing(studio, dataset)
    for external in dataset.external.values():
        yield from _product(external)


def _too_few(studio: Studio, dataset: Dataset, holdings: Sequence[Holding]) -> Iterator[Problem]:
    others = [one for one in holdings[1:] if not one.shares(holdings[0])]
    only_tm = all(one.external is not None and one.external.tool == "time-machine" for one in others)
    if not others:
        message = f"'{dataset.full_name}' has one copy: the original"
        yield Problem(dataset.place, "SB501", message, "add copies:, or external: for one that another product makes")
    elif only_tm:
        message = f"Time Machine is the only backup of '{dataset.full_name}'"
        yield Problem(dataset.place, "SB502", message, "add a copy that Time Machine does not make")
    if only_tm and studio.left_out(dataset):
        message = f"Time Machine is told to leave out what '{dataset.full_name}' is on, and nothing else covers it"
        yield Problem(dataset.place, "SB518", message, "add a copy that another program makes, or leave it in")
    if "card" in holdings[0].media and len(others) < 2:
        message = f"'{dataset.full_name}' is on a card and {len(others)} more place{'s' * (len(others) != 1)}"
        yield Problem(dataset.place, "SB514", message, "format the card only once it has two copies that were verified")


def _synced(dataset: Dataset, studio: Studio) -> Iterator[Problem]:
    if dataset.role != "session" or dataset.kind == "archive":
        return
    fix = "move the sessions out of its folder; send finished states there by a schedule"
    for external in dataset.external.values():
        if TOOLS[external.tool].sync:
            message = (
                f"{TOOLS[external.tool].title} syncs the sessions of '{dataset.full_name}' while they are worked on"
            )
            yield Problem(external.place, "SB503", message, fix)
    paths = studio.machines[dataset.machine].volumes[dataset.volume].paths.values()
    inside = next((path for path in [dataset.path, *paths] if _CLOUD_FOLDER.search(path.replace("\\", "/"))), None)
    if inside is not None:
        message = f"'{dataset.full_name}' lies in the folder of a sync: {inside}"
        yield Problem(dataset.place, "SB503", message, fix)


def _slow(dataset: Dataset, holdings: Sequence[Holding]) -> Iterator[Problem]:
    if dataset.role == "session" and dataset.kind == "backup" and "hdd" in holdings[0].media:
        message = f"the sessions of '{dataset.full_name}' are worked on from an hdd"
        yield Problem(dataset.place, "SB504", message, "work on an ssd or nvme; an hdd is fine for what is finished")


def _one_half(studio: Studio, dataset: Dataset, siblings: Sequence[Dataset]) -> Iterator[Problem]:
    """Only said where the spec knows of the other half: a system drive by `on:`, media by the dataset's role."""
    machine = studio.machines[dataset.machine]
    if machine.role != "workstation" or dataset is not siblings[0]:
        return
    roles = {one.role for one in siblings}
    if "system" not in roles and any(system.on for system in machine.systems.values()):
        message = f"the system drive of '{machine.name}' is in no dataset, only its media"
        yield Problem(dataset.place, "SB505", message, "add a dataset with role: system")
    elif roles == {"system"}:
        message = f"only the system drive of '{machine.name}' is in a dataset, no sessions and no media"
        yield Problem(dataset.place, "SB505", message, "add a dataset for its sessions")
    yield from _left_out(studio, machine, siblings)


def _left_out(studio: Studio, machine: Machine, siblings: Sequence[Dataset]) -> Iterator[Problem]:
    """A second drive for media: of no dataset, no target of a copy, no system's own, and none that travels."""
    used = {one.volume for one in siblings}
    for each in studio.datasets.values():
        used |= {one.volume for one in each.copies.values() if one.machine == machine.name}
        used |= {one.volume for one in each.external.values() if one.machine == machine.name and one.volume}
    used |= {system.on for system in machine.systems.values() if system.on}
    for volume in machine.volumes.values():
        if not {volume.name, volume.on} & used and volume.on not in studio.drives:
            message = f"nothing of '{volume.full_name}' is in a dataset"
            yield Problem(volume.place, "SB517", message, "add a dataset for what is on it, or take it out of the spec")


def _shelved(studio: Studio, dataset: Dataset, holdings: Sequence[Holding]) -> Iterator[Problem]:
    for one in holdings[1:]:
        place = _place(one)
        if dataset.kind == "archive" and one.offline and one.media & _FLASH:
            message = f"'{one.name}' keeps an archive on flash without power: it loses its charge"
            yield Problem(
                place, "SB506", message, "keep archives on hdd, tape or discs; or plug it in every few months"
            )
        if dataset.kind == "backup" and "optical" in one.media:
            message = f"'{one.name}' burns work in progress to discs, which are written once"
            yield Problem(place, "SB516", message, "keep discs for what is finished: kind: archive")
        drive = studio.drives.get(one.drive)
        if drive is not None and drive.capacity and dataset.size:
            needed = pieces(dataset.size, drive.capacity)
            if needed > drive.pieces:
                message = f"'{dataset.full_name}' takes {needed} pieces of {drive.full_name}, which has {drive.pieces}"
                yield Problem(place, "SB515", message, f"add pieces: {needed} to the drive, or take larger ones")


def _place(holding: Holding) -> Place:
    made = holding.copy or holding.external
    assert made is not None
    return made.place


def _batch(studio: Studio, dataset: Dataset, holdings: Sequence[Holding]) -> Iterator[Problem]:
    """All disks below all places of one model, in use since about the same day."""
    disks = [disk for one in holdings for disk in _disks(studio, one)]
    if len({id(disk) for disk in disks}) < 2 or any(not disk.model or not disk.in_service for disk in disks):
        return
    days = sorted(date.fromisoformat(disk.in_service) for disk in disks if disk.in_service)
    models = {" ".join((disk.model or "").lower().split()) for disk in disks}
    if len(models) == 1 and (days[-1] - days[0]).days <= _BATCH_DAYS and len(holdings) > 1:
        message = f"all disks with '{dataset.full_name}' are {disks[0].model} and in use since about {days[0]}"
        yield Problem(dataset.place, "SB511", message, "let one copy be on a disk of another make or year")


def _disks(studio: Studio, holding: Holding) -> list[Disk]:
    """The disks below a place, a drive as the disk that it is; none below an account."""
    found = []
    for name in holding.disks:
        machine, _, disk = name.partition("/")
        if disk:
            found.append(studio.machines[machine].disks[disk])
        else:
            drive = studio.drives[name]
            found.append(
                Disk(name=name, serial=drive.serial, by_id=drive.by_id, medium=drive.medium, model=drive.model,
                     in_service=drive.in_service, travels=True, place=drive.place)
            )  # fmt: skip
    return found


def _landed(studio: Studio, dataset: Dataset) -> Iterator[Problem]:
    """Where a restore point is no snapshot of the landing, it is a copy of it (design rule 12)."""
    for copy in dataset.copies.values():
        volume = studio.machines[copy.machine].volumes[copy.volume]
        if copy.transfer == "push" and volume.filesystem != "btrfs":
            size = f", about {dataset.size / 10**9:.0f} GB" if dataset.size else ""
            message = f"what is pushed to '{copy.full_name}' lies on '{volume.full_name}' twice{size}: landed, and kept"
            fix = "send it to a btrfs volume, where a restore point is a snapshot of what landed; or leave that room"
            yield Problem(copy.place, "SB519", message, fix)


def _bootable(studio: Studio, dataset: Dataset) -> Iterator[Problem]:
    """What a copy of files can make of a Mac's sealed system volume; that it was started from is somebody's word."""
    mac = any(system.os == "macos" for system in studio.machines[dataset.machine].systems.values())
    if dataset.role != "system" or not mac:
        return
    for copy in dataset.copies.values():
        if copy.mode == "clone":
            message = (
                f"'{copy.full_name}' will not start a Mac: no copy of files makes its sealed system volume, and "
                "count on Apple silicon to start from no other disk once its internal storage is dead"
            )
            fix = f"plan to install macOS anew; if you did start from it: attest copy:{copy.full_name} --what boots"
            yield Problem(copy.place, "SB520", message, fix)


def _product(external: External) -> Iterator[Problem]:
    tool = TOOLS[external.tool]
    if tool.ended:
        message = f"{tool.title} is not made any more"
        yield Problem(external.place, "SB513", message, "move to one that is, while it can still be read")
    elif tool.restorer and external.tool != "restic":
        message = f"'{external.name}' can be read with {tool.restorer} alone"
        yield Problem(external.place, "SB513", message, "keep one copy that is plain files, and restore from this one")
