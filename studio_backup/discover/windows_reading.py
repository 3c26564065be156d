"""What a Windows answered, as values: disks, volumes, Storage Spaces, tasks of others, and what belongs to macOS."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Any

from studio_backup.discover.found import PLAIN, Drive, Found, Group, Mounted, masked
from studio_backup.discover.mac_external import backblaze_said
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resources.space_listing import PROGRAM, Listing, Pool, listing
from studio_backup.resources.space_seen import Sight
from studio_backup.spec.arrays import LEVELS
from studio_backup.windows.answers import document, documents, listed

WINDOWS_PROBE = Probe(script=f"{PROGRAM}\n{shipped('discover.ps1')}\nRead-Machine", touches=True)

_SPACES, _NVME = "16", "17"
_BUSES = {"1": "SCSI", "3": "ATA", "7": "USB", "8": "RAID", "10": "SAS", "11": "SATA", "12": "SD", "17": "NVMe"}
_MEDIA = {"3": "hdd", "4": "ssd"}
#: What a task starts, and with which words: in the order that Windows writes them in.
_EXEC = re.compile(r"<Command>([^<]*)</Command>(?:\s*<Arguments>([^<]*)</Arguments>)?")
_KINDS = {"ntfs": "ntfs", "exfat": "exfat", "fat32": "fat32", "refs": "refs"}
#: Types of partitions that Windows has no letter for, and must not be let near.
_FOREIGN = {
    "{7c3457ef-0000-11aa-aa11-00306543ecac}": "APFS, of macOS",
    "{48465300-0000-11aa-aa11-00306543ecac}": "HFS+, of macOS",
    "{52414944-0000-11aa-aa11-00306543ecac}": "AppleRAID, of macOS",
    "{53746f72-6167-11aa-aa11-00306543ecac}": "CoreStorage, of macOS",
    "{0fc63daf-8483-4772-8e79-3d69d8477de4}": "a file system of Linux",
    "{a19d880f-05fc-4d3b-a006-743f0f84911e}": "Linux RAID",
    "{e6d6d379-f507-44c2-a23c-238f2a3df928}": "LVM, of Linux",
    "{6a898cc3-1dd2-11b2-99a6-080020736631}": "ZFS",
}


def parse_windows(reply: Reply) -> Found:
    """Read the answer of a Windows; raises Unparsable for one that is not whole."""
    told, storage = document(reply), listing(reply)
    found = Found(str(told.get("System", "")), str(told.get("Host", "")), os="windows")
    pooled = {link["To"] for link in documents(told["PoolDisks"]) if link.get("From") in _concrete(told)}
    _drives(told, pooled, found)
    _pools(storage, found)
    _volumes(told, storage, found)
    _notes(told, found)
    found.jobs = [_task(one) for one in documents(told.get("Tasks"))]
    if told.get("TaskProblem"):
        found.notes.append(f"its tasks could not be listed: {told['TaskProblem']}")
    left = backblaze_said(str(told.get("BackblazeEnded", "")), str(told.get("BackblazeRest", "")))
    if told.get("BackblazeProblem"):
        left = f"its reports cannot be read: {told['BackblazeProblem']}"
    if left or told.get("Backblaze") == "True":
        found.external.append(("backblaze-personal", left or "it is installed; it left no report of a backup"))
    return found


def _task(one: dict[str, Any]) -> str:
    """Its name and what it starts, on one line."""
    text = str(one.get("Xml", ""))
    commands = [html.unescape(" ".join(part for part in exec_ if part)) for exec_ in _EXEC.findall(text)]
    return masked(f"{one.get('Name', '')} ({one.get('State', '')}): {'; '.join(commands)}")


def _concrete(told: dict[str, Any]) -> set[str]:
    return {str(pool["Object"]) for pool in documents(told["Pools"]) if pool.get("Primordial") != "True"}


def _drives(told: dict[str, Any], pooled: set[str], found: Found) -> None:
    """Every disk that Windows shows, and those that a pool hides; each by a serial of its own, else by its UniqueId."""
    shown = [one for one in documents(told["Disks"]) if one.get("Bus") != _SPACES]
    physical = documents(told["PhysicalDisks"])
    hidden = [one for one in physical if one.get("Object") in pooled]
    every = [*shown, *(one for one in hidden if one.get("UniqueId") not in {two.get("UniqueId") for two in shown})]
    serials = Counter(str(one.get("Serial", "")).casefold() for one in every)
    media = {str(one.get("UniqueId")): str(one.get("Medium")) for one in physical}
    for one in every:
        serial, unique = str(one.get("Serial", "")), str(one.get("UniqueId", ""))
        alone = PLAIN.fullmatch(serial) and serials[serial.casefold()] == 1
        known = serial if alone else unique if PLAIN.fullmatch(unique) else ""
        bus, size = str(one.get("Bus", "")), str(one.get("Size", ""))
        medium = "nvme" if bus == _NVME else _MEDIA.get(media.get(unique, ""), "hdd")
        model = f"{one.get('Name', '')}, {_BUSES.get(bus, f'bus {bus}')}"
        kernel = str(one.get("Number", "")) if one in shown else unique
        found.drives.append(
            Drive(kernel, known, medium, int(size) if size.isdigit() else 0, model, "serial" if alone else "id")
        )


def _kernels(pool: Pool, found: Found) -> tuple[str, ...]:
    known = {drive.kernel for drive in found.drives}
    return tuple(disk.unique for disk in pool.disks if disk.unique in known)


def _pools(storage: Listing, found: Found) -> None:
    for pool in storage.pools:
        there = f"the pool {pool.name}"
        members = _kernels(pool, found)
        if len(pool.spaces) != 1 or len(members) != len(pool.disks):
            found.notes.append(f"{there}: {len(pool.spaces)} virtual disks on {len(pool.disks)} disks; not described")
            continue
        sight = Sight(listing=storage, pool=pool, space=pool.spaces[0], devices={}, ours=False)
        needed = LEVELS["storage-space"].get(str(sight.level))
        if needed is None or len(members) < needed:
            found.notes.append(f"{there}: {sight.level} on {len(members)} disks, which no spec can say")
            continue
        found.groups.append(Group(pool.unique, "storage-space", str(sight.level), "", members))
        for said in (sight.state, sight.pool_state, sight.faults):
            if said not in ("healthy", "none"):
                found.notes.append(f"{there}: {said}")


def _volumes(told: dict[str, Any], storage: Listing, found: Found) -> None:
    locked = {one.get("Device") for one in _protected(told) if one.get("Protection") == "2"}
    spaces = {space.disk: pool.unique for pool in storage.pools for space in pool.spaces if space.disk}
    for one in documents(told["Volumes"]):
        paths = sorted((str(path) for path in listed(one.get("Paths"))), key=lambda path: (len(path), path))
        if not paths or one.get("DriveType") not in ("2", "3"):
            continue
        path, kind = paths[0].rstrip("\\"), str(one.get("FileSystem", "")).lower()
        path = f"{path}\\" if len(path) == 2 else path
        if one.get("Device") in locked:
            found.notes.append(f"{path}: locked by BitLocker; unlock it, then discover once more")
            continue
        numbers = {
            str(part.get("Disk"))
            for part in documents(told["Partitions"])
            if one.get("Device") in listed(part.get("Places"))
        }
        guid = str(one.get("Device", ""))[11:47]
        if len(numbers) != 1 or kind not in _KINDS or not PLAIN.fullmatch(guid) or not _fits(path):
            found.notes.append(f"{path} ({kind or 'no file system'}): what it is or lies on could not be told")
            continue
        number = numbers.pop()
        label = str(one.get("Label", ""))
        found.volumes.append(Mounted(path, kind, guid, spaces.get(number, number), label or path[:1]))
    described = {group.kernel for group in found.groups} | {drive.kernel for drive in found.drives}
    for volume in [volume for volume in found.volumes if volume.on not in described]:
        found.volumes.remove(volume)
        found.notes.append(f"{volume.path} ({volume.filesystem}): it lies on a pool that is not described")


def _fits(path: str) -> bool:
    return path.isprintable() and "{{" not in path


def _protected(told: dict[str, Any]) -> list[dict[str, Any]]:
    said = told.get("BitLocker")
    return documents(said.get("Volumes")) if isinstance(said, dict) else []


def _notes(told: dict[str, Any], found: Found) -> None:
    if told.get("Maker") == "Apple Inc." or told.get("BootCamp") == "True":
        found.notes.append(
            "it is a Mac (Boot Camp): give the machine its macOS system, too, and keep what both need on exFAT"
        )
    for part in documents(told["Partitions"]):
        foreign = _FOREIGN.get(str(part.get("Type", "")).lower())
        if foreign:
            where = f"disk {part.get('Disk')}, partition {part.get('Number')}"
            found.notes.append(f"{where}: {foreign}; Windows may offer to format it: never let it")
    for disk in documents(told["Disks"]):
        if disk.get("Style") == "0" and disk.get("Bus") != _SPACES:
            found.notes.append(f"disk {disk.get('Number')}: no partition that Windows knows, which does not mean empty")
