"""The storage of a Windows system in its program's words: pools, virtual disks, physical disks, and what joins them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio_backup.probe import Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable
from studio_backup.resources.space_state import number
from studio_backup.windows.answers import document, items, rows, texts, word

PROGRAM = f"{shipped('volume.ps1')}\n{shipped('storage.ps1')}"


@dataclass(frozen=True)
class Physical:
    """One physical disk, whoever uses it; gone ones of a pool are listed, too."""

    unique: str
    serial: str
    name: str
    size: int
    health: int
    status: tuple[int, ...]
    usage: int | None
    footprint: int | None

    @property
    def known_by(self) -> str:
        """Serial, else its unique id, else what it is called."""
        return self.serial or self.unique or self.name


@dataclass(frozen=True)
class Space:
    """One virtual disk; `filesystems`: of each volume on it, by the GUID of the volume."""

    unique: str
    name: str
    health: int
    status: tuple[int, ...]
    detached: int | None
    setting: str
    copies: int | None
    spare: int | None
    disk: str  # the number of the disk that it shows itself as; "" where it shows none
    style: int | None
    filesystems: tuple[str, ...]
    partitions: int
    placed: bool  # each of its volumes is mounted somewhere


@dataclass(frozen=True)
class Pool:
    """One pool of ours or of others."""

    unique: str
    name: str
    health: int
    status: tuple[int, ...]
    read_only: str
    read_only_code: int | None
    disks: tuple[Physical, ...]
    spaces: tuple[Space, ...]


@dataclass(frozen=True)
class Listing:
    """All of it; `percent`: how far each job is that runs."""

    pools: tuple[Pool, ...]
    disks: tuple[Physical, ...]
    percent: tuple[int, ...]


@lru_cache(maxsize=16)
def listing(reply: Reply) -> Listing:
    """Read what Read-StorageSpace emits; raises Unparsable for anything else."""
    found = document(reply)
    wanted = ("Pools", "VirtualDisks", "PhysicalDisks", "Disks", "Partitions", "Volumes", "PoolDisks", "PoolSpaces",
              "SpaceDisks", "Jobs")  # fmt: skip
    every = {key: rows(found, key) for key in wanted}
    disks = {word(one, "Object"): _physical(one) for one in every["PhysicalDisks"]}
    spaces = {word(one, "Object"): _space(one, every) for one in every["VirtualDisks"]}
    pools = tuple(
        _pool(one, _joined(every["PoolDisks"], one, disks), _joined(every["PoolSpaces"], one, spaces))
        for one in every["Pools"]
        if word(one, "Primordial") != "True"
    )
    running = [one for one in every["Jobs"] if word(one, "State") == "4"]
    percent = tuple(number(word(one, "Percent") or "0", "how far a job is") for one in running)
    return Listing(pools, tuple(disks.values()), percent)


def _joined(links: list[dict[str, Any]], one: dict[str, Any], things: Mapping[str, Any]) -> tuple[Any, ...]:
    ends = [word(link, "To") for link in links if word(link, "From") == word(one, "Object")]
    lost = [end for end in ends if end not in things]
    if lost:
        raise Unparsable(f"the pool {word(one, 'Name')} is joined to something that is not listed: {lost[0]}")
    return tuple(things[end] for end in ends)


def _pool(one: dict[str, Any], disks: tuple[Physical, ...], spaces: tuple[Space, ...]) -> Pool:
    return Pool(
        unique=word(one, "UniqueId"),
        name=word(one, "Name"),
        health=number(word(one, "Health"), "the health of a pool"),
        status=_numbers(one, "the state of a pool"),
        read_only=word(one, "ReadOnly"),
        read_only_code=_maybe(one, "ReadOnlyCode"),
        disks=disks,
        spaces=spaces,
    )


def _physical(one: dict[str, Any]) -> Physical:
    return Physical(
        unique=word(one, "UniqueId"),
        serial=word(one, "Serial"),
        name=word(one, "Name"),
        size=_maybe(one, "Size") or 0,
        health=number(word(one, "Health"), "the health of a disk"),
        status=_numbers(one, "the state of a disk"),
        usage=_maybe(one, "Usage"),
        footprint=_maybe(one, "Footprint"),
    )


def _space(one: dict[str, Any], every: Mapping[str, list[dict[str, Any]]]) -> Space:
    shown = {word(link, "To") for link in every["SpaceDisks"] if word(link, "From") == word(one, "Object")}
    disk = next((row for row in every["Disks"] if word(row, "Object") in shown), None)
    mine = [row for row in every["Partitions"] if disk is not None and word(row, "Disk") == word(disk, "Number")]
    places = {place.lower() for row in mine for place in texts(row, "Places")}
    volumes = [row for row in every["Volumes"] if word(row, "Device").lower() in places]
    return Space(
        unique=word(one, "UniqueId"),
        name=word(one, "Name"),
        health=number(word(one, "Health"), "the health of a virtual disk"),
        status=_numbers(one, "the state of a virtual disk"),
        detached=_maybe(one, "Detached"),
        setting=word(one, "Setting"),
        copies=_maybe(one, "Copies"),
        spare=_maybe(one, "Spare"),
        disk=word(disk, "Number") if disk else "",
        style=number(word(disk, "Style"), "how a disk is parted") if disk else None,
        filesystems=tuple(kind.lower() for row in volumes if (kind := word(row, "FileSystem"))),
        partitions=len(mine),
        placed=all(texts(row, "Paths") for row in volumes),
    )


def _numbers(one: dict[str, Any], what: str) -> tuple[int, ...]:
    return tuple(number(value, what) for value in items(one, "Status"))


def _maybe(one: dict[str, Any], key: str) -> int | None:
    value = word(one, key)
    return number(value, key) if value else None
