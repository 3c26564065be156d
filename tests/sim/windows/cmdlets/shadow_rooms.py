"""How much room shadow copies may take: one entry a volume, made with the first of them or by hand, and changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.sim.windows.cmdlets.cim import CimInstance
from tests.sim.windows.cmdlets.shadows import EACH, evict
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.registry import Call, cim, cmdlet, method
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Hashtable

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_SPACE = r"root\cimv2"
UNBOUNDED = 2**64 - 1


@cim(_SPACE, "Win32_ShadowStorage")
def _rooms(windows: Windows) -> Iterator[dict[str, Any]]:
    limits, known = windows.state.setdefault("shadow_rooms", {}), windows.state.setdefault("shadows", [])
    for device in dict.fromkeys([*limits, *(one["volume"] for one in known)]):
        taken = EACH * sum(one["volume"] == device for one in known)
        yield {"Volume": {"DeviceID": device}, "DiffVolume": {"DeviceID": device}, "UsedSpace": taken,
               "AllocatedSpace": taken, "MaxSpace": limits.get(device, UNBOUNDED)}  # fmt: skip


@method(_SPACE, "Win32_ShadowStorage", "Create")
def _create(windows: Windows, instance: Any, arguments: Hashtable) -> dict[str, Any]:
    del instance
    device = to_text(arguments.get("Volume"))
    if device != to_text(arguments.get("DiffVolume")):
        raise NotKnown("shadow copies on another volume")
    limits = windows.state.setdefault("shadow_rooms", {})
    if device in limits:
        return {"ReturnValue": 8}
    limits[device] = int(to_number(arguments.get("MaxSpace")))
    return {"ReturnValue": 0}


@cmdlet("Set-CimInstance", "InputObject Property")
def _set(call: Call) -> None:
    given, changes = call["InputObject"], call["Property"]
    if not isinstance(given, CimInstance) or given.class_name != "Win32_ShadowStorage":
        raise NotKnown("Set-CimInstance of anything but the room of shadow copies")
    if not isinstance(changes, Hashtable) or [to_text(key) for key, _ in changes.items()] != ["MaxSpace"]:
        raise NotKnown("a change of anything but MaxSpace")
    if not call.state["session"]["admin"]:
        raise NetError("Microsoft.Management.Infrastructure.CimException", "Access denied ", -2147217405)
    call.state["shadow_rooms"][given.source["Volume"]["DeviceID"]] = int(to_number(changes.get("MaxSpace")))
    evict(call.windows)
