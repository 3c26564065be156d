"""The disks of a simulated Windows: their bytes, pools and virtual disks of them, partitions and volumes on them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

SECTOR, MIB = 512, 2**20
RAW, MBR, GPT = 0, 1, 2
SPACES = 16
MSR, DATA = "{e3c9e316-0b5c-4db8-817d-f92df00215ae}", "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}"
Disk = dict[str, Any]


def storage(windows: Windows) -> dict[str, Any]:
    """What is there of storage."""
    found: dict[str, Any] = windows.state["storage"]
    return found


def fresh_storage() -> dict[str, Any]:
    """A system disk, and nothing else."""
    system = disk(0, "SYSTEM0", "eui.0025385BC1510074", bus=17, medium=4, size=500 * 2**30)
    system |= {"style": GPT, "boot": True, "system": True}
    return {"disks": [system], "pools": [], "spaces": [], "jobs": [], "loaded": [], "words": False}


def disk(number: int, serial: str, unique: str, *, size: int = 4 * 2**30, bus: int = 11, medium: int = 3) -> Disk:
    """A disk with nothing but zero bytes on it."""
    return {
        "number": number, "serial": serial, "unique": unique, "size": size, "bus": bus, "medium": medium, "style": RAW,
        "boot": False, "system": False, "offline": False, "read_only": False, "bytes": {}, "partitions": [],
        "health": 0, "status": [2], "usage": 1, "pool": None, "footprint": 0, "unfit": [],
    }  # fmt: skip


def write(one: Disk, offset: int, data: bytes) -> None:
    """Bytes onto a disk."""
    one["bytes"][offset] = data


def read(one: Disk, offset: int, count: int) -> bytes:
    """What is there, zero where nobody wrote."""
    found = bytearray(count)
    for place, data in one["bytes"].items():
        start, end = max(place, offset), min(place + len(data), offset + count)
        if start < end:
            found[start - offset : end - offset] = data[start - place : end - place]
    return bytes(found)


def by_number(windows: Windows, number: int) -> Disk | None:
    """The disk that Windows shows under a number; one of a pool is not shown."""
    return next((one for one in storage(windows)["disks"] if one["number"] == number and not one["pool"]), None)


def members(windows: Windows, pool: str) -> list[Disk]:
    """The disks of a pool, by its unique id."""
    return [one for one in storage(windows)["disks"] if one["pool"] == pool]


def can_pool(one: Disk) -> bool:
    """Windows looks for partitions and for a pool, and for nothing else."""
    free = not one["pool"] and one["style"] == RAW and not one["offline"] and not one["unfit"]
    return free and one["bus"] != SPACES


def initialize(one: Disk) -> None:
    """A GPT, with the partition that Windows puts first."""
    one["style"] = GPT
    write(one, SECTOR, b"EFI PART")
    write(one, one["size"] - SECTOR, b"EFI PART")
    one["partitions"] = [{"number": 1, "offset": 17408, "size": 16 * MIB, "type": MSR, "volume": None, "places": []}]


def part(one: Disk) -> dict[str, Any]:
    """A partition of all that is left."""
    made = {"number": len(one["partitions"]) + 1, "offset": 17 * MIB, "size": one["size"] - 18 * MIB, "type": DATA,
            "volume": None, "places": []}  # fmt: skip
    one["partitions"].append(made)
    return made


def format_part(windows: Windows, one: Disk, where: dict[str, Any], kind: str, label: str) -> None:
    """A file system; a volume without a place is found by nobody, but it has a name."""
    guid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{one['unique']} {where['number']}"))
    where["volume"] = {"guid": guid, "format": kind, "label": label, "serial": 0x1C2B0A4E}
    write(one, where["offset"], bytes(3) + kind.upper().ljust(8).encode())
    for letter in where["places"]:
        mount(windows, where, letter)


def mount(windows: Windows, where: dict[str, Any], path: str) -> None:
    """Under a letter."""
    where["places"] = [path]
    volume, letter = where["volume"], path[0].upper()
    if volume:
        windows.state["drives"][letter] = {
            "label": volume["label"], "format": volume["format"], "type": 3, "total": where["size"],
            "free": where["size"], "guid": volume["guid"], "serial": volume["serial"],
        }  # fmt: skip
        windows.drives.root(letter).mkdir(exist_ok=True)
