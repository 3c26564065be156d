"""Storage as CIM shows it: numbers in a session of its own, words once the Storage module was used there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.sim.windows.cmdlets.volumes import device_of
from tests.sim.windows.disks import SPACES, can_pool, members, storage
from tests.sim.windows.powershell.registry import cim, cim_class

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

SPACE = r"root\Microsoft\Windows\Storage"
_HEALTH = {0: "Healthy", 1: "Warning", 2: "Unhealthy", 5: "Unknown"}
_STATUS = {2: "OK", 3: "Degraded", 5: "Predictive Failure", 11: "In Service", 13: "Lost Communication"}
_STYLE = {0: "RAW", 1: "MBR", 2: "GPT"}


def object_id(kind: str, unique: str) -> str:
    """The key by which associations name an object."""
    return f'{{1}}\\\\WS-A\\root/Microsoft/Windows/Storage/Providers_v2\\SPACES_{kind}.ObjectId="{unique}"'


def _told(windows: Windows, words: dict[int, str], value: int) -> int | str:
    return words.get(value, str(value)) if storage(windows)["words"] else value


def _state(windows: Windows, one: dict[str, Any]) -> dict[str, Any]:
    return {
        "HealthStatus": _told(windows, _HEALTH, one["health"]),
        "OperationalStatus": [_told(windows, _STATUS, code) for code in one["status"]],
    }


@cim(SPACE, "MSFT_PhysicalDisk")
def _physical(windows: Windows) -> Iterator[dict[str, Any]]:
    """Not in the order of their numbers."""
    for one in reversed(storage(windows)["disks"]):
        if one["bus"] != SPACES:
            yield {
                "ObjectId": object_id("PhysicalDisk", one["unique"]), "UniqueId": one["unique"],
                "SerialNumber": f"{one['serial']}   ", "FriendlyName": "Some Disk",
                "DeviceId": one.get("device", str(one["number"])), "Size": one["size"], "BusType": one["bus"],
                "MediaType": one["medium"], "Usage": one["usage"], "VirtualDiskFootprint": one["footprint"],
                "CanPool": can_pool(one),
                "CannotPoolReason": [] if can_pool(one) else one["unfit"] or [2 if one["pool"] else 7],
                **_state(windows, one),
            }  # fmt: skip


@cim(SPACE, "MSFT_Disk")
def _disks(windows: Windows) -> Iterator[dict[str, Any]]:
    for one in reversed(storage(windows)["disks"]):
        if not one["pool"]:
            yield {
                "ObjectId": object_id("Disk", one["unique"]), "UniqueId": one["unique"], "SerialNumber": one["serial"],
                "FriendlyName": "Some Disk", "Number": one["number"], "Size": one["size"], "BusType": one["bus"],
                "PartitionStyle": _told(windows, _STYLE, one["style"]), "IsBoot": one["boot"],
                "IsSystem": one["system"], "IsOffline": one["offline"], "IsReadOnly": one["read_only"],
            }  # fmt: skip


@cim(SPACE, "MSFT_Partition")
def _partitions(windows: Windows) -> Iterator[dict[str, Any]]:
    for one in storage(windows)["disks"]:
        for part in one["partitions"]:
            named = [f"\\\\?\\Volume{{{part['volume']['guid']}}}\\"] if part["volume"] else []
            yield {
                "DiskNumber": one["number"], "PartitionNumber": part["number"], "Offset": part["offset"],
                "Size": part["size"], "GptType": part["type"], "MbrType": None,
                "AccessPaths": [*part["places"], *named],
            }  # fmt: skip


@cim(SPACE, "MSFT_StoragePool")
def _pools(windows: Windows) -> Iterator[dict[str, Any]]:
    primordial = {"name": "Primordial", "unique": "primordial", "health": 0, "status": [2], "read_only": False}
    for one in (*storage(windows)["pools"], primordial):
        yield {
            "ObjectId": object_id("StoragePool", one["unique"]), "UniqueId": one["unique"], "FriendlyName": one["name"],
            "IsPrimordial": one is primordial, "IsReadOnly": one["read_only"],
            "ReadOnlyReason": 2 if one["read_only"] else 1, **_state(windows, one),
        }  # fmt: skip


@cim(SPACE, "MSFT_VirtualDisk")
def _spaces(windows: Windows) -> Iterator[dict[str, Any]]:
    for one in storage(windows)["spaces"]:
        yield {
            "ObjectId": object_id("VirtualDisk", one["unique"]), "UniqueId": one["unique"], "FriendlyName": one["name"],
            "DetachedReason": 1, "ResiliencySettingName": one["setting"], "NumberOfDataCopies": one["copies"],
            "PhysicalDiskRedundancy": one["spare"], "Size": one["size"], **_state(windows, one),
        }  # fmt: skip


def _reference(kind: str, unique: str) -> dict[str, str]:
    return {"ObjectId": object_id(kind, unique)}


@cim(SPACE, "MSFT_StoragePoolToPhysicalDisk")
def _pool_disks(windows: Windows) -> Iterator[dict[str, Any]]:
    """A disk of a pool stays joined to the primordial one, too."""
    pools = [*(one["unique"] for one in storage(windows)["pools"]), "primordial"]
    for pool in pools:
        for one in storage(windows)["disks"]:
            if one["bus"] != SPACES and (pool == "primordial" or one in members(windows, pool)):
                yield {
                    "StoragePool": _reference("StoragePool", pool),
                    "PhysicalDisk": _reference("PhysicalDisk", one["unique"]),
                }


@cim(SPACE, "MSFT_StoragePoolToVirtualDisk")
def _pool_spaces(windows: Windows) -> Iterator[dict[str, Any]]:
    for one in storage(windows)["spaces"]:
        pool, space = _reference("StoragePool", one["pool"]), _reference("VirtualDisk", one["unique"])
        yield {"StoragePool": pool, "VirtualDisk": space}


@cim(SPACE, "MSFT_VirtualDiskToDisk")
def _space_disks(windows: Windows) -> Iterator[dict[str, Any]]:
    for one in storage(windows)["spaces"]:
        yield {"VirtualDisk": _reference("VirtualDisk", one["unique"]), "Disk": _reference("Disk", one["unique"])}


@cim(SPACE, "MSFT_StorageJob")
def _jobs(windows: Windows) -> Iterator[dict[str, Any]]:
    yield from storage(windows)["jobs"]


_with_a_letter = cim_class(r"root\cimv2", "Win32_Volume")


@cim(r"root\cimv2", "Win32_Volume")
def _volumes(windows: Windows) -> Iterator[dict[str, Any]]:
    """Those with a letter, and those on a partition that has no place yet."""
    yield from _with_a_letter(windows)
    drives = windows.state["drives"]
    known = {device_of(letter, drive) for letter, drive in drives.items()}
    for one in storage(windows)["disks"]:
        for part in one["partitions"]:
            volume = part["volume"]
            if volume and (device := device_of("", volume)) not in known:
                yield {
                    "DeviceID": device, "Name": device, "DriveLetter": None, "Label": volume["label"],
                    "FileSystem": volume["format"] or None, "SerialNumber": volume["serial"], "Capacity": part["size"],
                    "FreeSpace": part["size"], "DriveType": 3,
                }  # fmt: skip
