"""Win32_Volume and Win32_MountPoint, from `state["drives"]`: each has a `guid` and a `serial`, or the usual ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.registry import cim

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_SPACE = r"root\cimv2"
#: What BitLocker says of a volume whose key it was not given.
LOCKED = 2


def device_of(letter: str, drive: dict[str, Any]) -> str:
    """The name of a volume that no letter changes."""
    guid = drive.get("guid") or str(uuid.uuid5(uuid.NAMESPACE_OID, letter))
    return "\\\\?\\Volume{" + guid + "}\\"


@cim(_SPACE, "Win32_Volume")
def _volumes(windows: Windows) -> Iterator[dict[str, Any]]:
    for letter, drive in windows.state["drives"].items():
        if drive.get("protection") == LOCKED:
            known = dict.fromkeys(("Label", "FileSystem", "SerialNumber", "Capacity", "FreeSpace"))
            yield {"DeviceID": device_of(letter, drive), "Name": f"{letter}:\\", "DriveLetter": f"{letter}:",
                   "DriveType": drive["type"], **known}  # fmt: skip
            continue
        yield {
            "DeviceID": device_of(letter, drive), "Name": f"{letter}:\\", "DriveLetter": f"{letter}:",
            "Label": drive["label"], "FileSystem": drive["format"], "SerialNumber": drive.get("serial", 0x1C2D3E4F),
            "Capacity": drive["total"], "FreeSpace": drive["free"], "DriveType": drive["type"],
        }  # fmt: skip


@cim(_SPACE, "Win32_MountPoint")
def _mounted(windows: Windows) -> Iterator[dict[str, Any]]:
    for letter, drive in windows.state["drives"].items():
        yield {"Volume": {"DeviceID": device_of(letter, drive)}, "Directory": {"Name": f"{letter}:\\"}}
