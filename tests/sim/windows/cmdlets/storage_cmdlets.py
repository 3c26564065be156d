"""The cmdlets of the Storage module that our steps call; from the first of them on, CIM answers there in words."""

from __future__ import annotations

from typing import Any

from tests.sim.windows import disks
from tests.sim.windows.cmdlets.cim import CimInstance, instances
from tests.sim.windows.cmdlets.storage import SPACE
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import Record


def _loaded(call: Call) -> dict[str, Any]:
    found = disks.storage(call.windows)
    if call.shell not in found["loaded"]:
        found["loaded"].append(call.shell)
    found["words"] = True
    return found


def _refused(message: str) -> NetError:
    return NetError("Microsoft.Management.Infrastructure.CimException", message, -2147467259)


def _disk(call: Call, number: Any) -> disks.Disk:
    found = disks.by_number(call.windows, int(to_text(number)))
    if found is None:
        raise _refused(f"No MSFT_Disk objects found with property 'Number' equal to '{to_text(number)}'.")
    return found


def _physical(call: Call, given: Any) -> list[disks.Disk]:
    """The disks behind what Get-PhysicalDisk gave."""
    wanted = [to_text(one.get("UniqueId")) for one in items_of(given) if isinstance(one, Record)]
    return [one for unique in wanted for one in disks.storage(call.windows)["disks"] if one["unique"] == unique]


@cmdlet("Get-PhysicalDisk", "UniqueId")
def _get_physical(call: Call) -> list[Any]:
    _loaded(call)
    return [one for one in instances(call, SPACE, "MSFT_PhysicalDisk") if one.get("UniqueId") == call["UniqueId"]]


@cmdlet("Get-Disk", "Number")
def _get_disk(call: Call) -> list[Any]:
    _loaded(call)
    return [one for one in instances(call, SPACE, "MSFT_Disk") if one.get("Number") == int(call["Number"])]


@cmdlet("Clear-Disk", "Number", switches="RemoveData RemoveOEM")
def _clear(call: Call) -> None:
    _loaded(call)
    one = _disk(call, call["Number"])
    if one["style"] == disks.RAW:
        raise _refused("The disk has not been initialized.")
    one |= {"style": disks.RAW, "partitions": []}
    one["bytes"] = {place: data for place, data in one["bytes"].items() if data != b"EFI PART"}


@cmdlet("New-StoragePool", "FriendlyName StorageSubSystemFriendlyName PhysicalDisks")
def _new_pool(call: Call) -> list[Any]:
    found, chosen = _loaded(call), _physical(call, call["PhysicalDisks"])
    if to_text(call["StorageSubSystemFriendlyName"]) != "Windows Storage*":
        raise NotKnown("another subsystem")
    if not chosen or not all(disks.can_pool(one) for one in chosen):
        raise _refused("One or more of the physical disks are not supported by this operation.")
    unique = f"{{pool-{len(found['pools']) + 1}}}"
    found["pools"].append({"name": to_text(call["FriendlyName"]), "unique": unique, "health": 0, "status": [2],
                           "read_only": False})  # fmt: skip
    for one in chosen:
        one |= {"pool": unique, "bytes": {}, "partitions": []}
    return []


@cmdlet("New-VirtualDisk", "StoragePoolUniqueId FriendlyName ResiliencySettingName NumberOfDataCopies ProvisioningType",
        switches="UseMaximumSize")  # fmt: skip
def _new_space(call: Call) -> list[Any]:
    found, pool = _loaded(call), to_text(call["StoragePoolUniqueId"])
    legs, setting = disks.members(call.windows, pool), to_text(call["ResiliencySettingName"])
    copies = int(call["NumberOfDataCopies"] or 1)
    if len(legs) < {"Mirror": copies, "Parity": 3, "Simple": 1}[setting] or not call["UseMaximumSize"]:
        raise _refused("There are not enough eligible physical disks in the storage pool.")
    number = max(one["number"] for one in found["disks"]) + 1
    unique, size = f"SPACE{number:027d}", legs[0]["size"] - 2**30
    found["spaces"].append({"name": to_text(call["FriendlyName"]), "unique": unique, "pool": pool, "setting": setting,
                            "copies": copies, "spare": copies - 1 if setting == "Mirror" else int(setting == "Parity"),
                            "size": size, "health": 0, "status": [2]})  # fmt: skip
    found["disks"].append(disks.disk(number, f"{{space-{number}}}", unique, size=size, bus=disks.SPACES))
    for leg in legs:
        leg["footprint"] = size
    return []


@cmdlet("Initialize-Disk", "Number PartitionStyle")
def _initialize(call: Call) -> None:
    _loaded(call)
    one = _disk(call, call["Number"])
    if one["style"] != disks.RAW:
        raise _refused("The disk has already been initialized.")
    disks.initialize(one)


def _part_record(one: disks.Disk, part: dict[str, Any]) -> CimInstance:
    source = {"DiskNumber": one["number"], "PartitionNumber": part["number"], "GptType": part["type"]}
    return CimInstance(SPACE, "MSFT_Partition", source)


@cmdlet("Get-Partition", "DiskNumber")
def _get_partition(call: Call) -> list[Any]:
    _loaded(call)
    one = _disk(call, call["DiskNumber"])
    return [_part_record(one, part) for part in one["partitions"]]


@cmdlet("New-Partition", "DiskNumber", switches="UseMaximumSize")
def _new_partition(call: Call) -> list[Any]:
    _loaded(call)
    one = _disk(call, call["DiskNumber"])
    if one["style"] != disks.GPT:
        raise _refused("The disk has not been initialized.")
    return [_part_record(one, disks.part(one))]


def _part_of(call: Call, number: Any, part: Any) -> tuple[disks.Disk, dict[str, Any]]:
    one = _disk(call, number)
    return one, next(found for found in one["partitions"] if found["number"] == int(to_text(part)))


@cmdlet("Format-Volume", "Partition FileSystem NewFileSystemLabel")
def _format(call: Call) -> list[Any]:
    _loaded(call)
    if not isinstance(call["Partition"], CimInstance):
        raise NotKnown("Format-Volume of something that is no partition")
    one, part = _part_of(call, call["Partition"].get("DiskNumber"), call["Partition"].get("PartitionNumber"))
    kind, label = to_text(call["FileSystem"]), to_text(call["NewFileSystemLabel"])
    disks.format_part(call.windows, one, part, kind, label)
    return []


@cmdlet("Add-PartitionAccessPath", "DiskNumber PartitionNumber AccessPath")
def _mount(call: Call) -> None:
    _loaded(call)
    _, part = _part_of(call, call["DiskNumber"], call["PartitionNumber"])
    place = to_text(call["AccessPath"])
    if len(place) != 2:
        raise NotKnown(f"a volume at {place}")
    disks.mount(call.windows, part, f"{place}\\")


@cmdlet("Add-PhysicalDisk", "StoragePoolUniqueId PhysicalDisks")
def _add(call: Call) -> None:
    _loaded(call)
    for one in _physical(call, call["PhysicalDisks"]):
        if not disks.can_pool(one):
            raise _refused("One or more of the physical disks are not supported by this operation.")
        one |= {"pool": to_text(call["StoragePoolUniqueId"]), "bytes": {}}


@cmdlet("Set-PhysicalDisk", "UniqueId Usage")
def _set(call: Call) -> None:
    for one in _loaded(call)["disks"]:
        if one["unique"] == to_text(call["UniqueId"]):
            one["usage"] = {"Retired": 4}[to_text(call["Usage"])]


@cmdlet("Repair-VirtualDisk", "UniqueId", switches="AsJob")
def _repair(call: Call) -> list[Any]:
    """It comes back at once, and goes on behind it."""
    if not call["AsJob"]:
        raise NotKnown("waiting for a repair")
    found = _loaded(call)
    for space in found["spaces"]:
        if space["unique"] == to_text(call["UniqueId"]):
            space |= {"health": 1, "status": [11]}
    found["jobs"] = [{"Name": "Repair", "JobState": 4, "PercentComplete": 12}]
    return []


@cmdlet("Remove-PhysicalDisk", "StoragePoolUniqueId PhysicalDisks")
def _remove(call: Call) -> None:
    _loaded(call)
    for one in _physical(call, call["PhysicalDisks"]):
        if one["footprint"]:
            raise _refused("The physical disk is in use by a virtual disk.")
        one |= {"pool": None, "usage": 1}


def repaired(found: dict[str, Any]) -> None:
    """For tests: the repair has ended, and what was retired holds nothing any more."""
    found["jobs"] = []
    for space in found["spaces"]:
        space |= {"health": 0, "status": [2]}
    for one in found["disks"]:
        one["footprint"] = 0 if one["usage"] == 4 or not one["pool"] else 2**30
