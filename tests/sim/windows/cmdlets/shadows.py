"""Shadow copies: a volume as it stood at one moment, reached by a link to its device.

`state["shadows"]` lists them. Their numbers of refusal are those of windows.md 5; that they last until somebody removes
them is, too.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.sim.windows.cmdlets.cim import CimInstance
from tests.sim.windows.cmdlets.volumes import device_of
from tests.sim.windows.dotnet.dates import UTC_KIND, of
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.registry import Call, Native, cim, cmdlet, method, native
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Hashtable

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

#: What each shadow copy takes.
EACH = 2**30
_SPACE = r"root\cimv2"
_DEVICE = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy"


def _folder(windows: Windows, number: int) -> Path:
    return windows.drives.folder / "shadows" / str(number)


@cim(_SPACE, "Win32_ShadowCopy")
def _listed(windows: Windows) -> list[dict[str, Any]]:
    return [
        {
            "ID": one["id"],
            "DeviceObject": f"{_DEVICE}{one['number']}",
            "VolumeName": one["volume"],
            "Persistent": True,
            "InstallDate": of(one["made"], UTC_KIND),
        }
        for one in windows.state.setdefault("shadows", [])
    ]


@method(_SPACE, "Win32_ShadowCopy", "Create")
def _create(windows: Windows, instance: Any, arguments: Hashtable) -> dict[str, Any]:
    del instance
    wanted = to_text(arguments.get("Volume")).lower()
    drives = windows.state["drives"]
    letter = next((one for one in drives if wanted in (f"{one.lower()}:\\", device_of(one, drives[one]).lower())), None)
    if letter is None:
        return {"ReturnValue": 3, "ShadowID": ""}
    if windows.state["lies"].get("shadow-refused"):
        return {"ReturnValue": windows.state["lies"]["shadow-refused"], "ShadowID": ""}
    if drives[letter]["format"] not in ("NTFS", "ReFS"):
        return {"ReturnValue": 4, "ShadowID": ""}
    known = windows.state.setdefault("shadows", [])
    number = 1 + max([one["number"] for one in known], default=0)
    shutil.copytree(windows.drives.root(letter), _folder(windows, number), symlinks=True)
    known.append({"id": "{" + str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number}")).upper() + "}", "number": number,
                  "volume": device_of(letter, drives[letter]), "made": windows.now})  # fmt: skip
    evict(windows)
    return {"ReturnValue": 0, "ShadowID": known[-1]["id"]}


def evict(windows: Windows) -> None:
    """What does not fit below a limit goes without a word, the oldest first: each takes as much as the others."""
    known = windows.state.setdefault("shadows", [])
    for device, most in windows.state.setdefault("shadow_rooms", {}).items():
        mine = [one for one in known if one["volume"] == device]
        while mine and len(mine) * EACH > most:
            known.remove(mine.pop(0))


@cmdlet("Remove-CimInstance", "InputObject")
def _remove(call: Call) -> list[Any]:
    wanted = call["InputObject"]
    if not isinstance(wanted, CimInstance) or wanted.class_name.lower() != "win32_shadowcopy":
        raise NotKnown("Remove-CimInstance of anything but a shadow copy")
    known = call.state["shadows"]
    for one in list(known):
        if one["id"] == wanted.source["ID"]:
            known.remove(one)
            shutil.rmtree(_folder(call.windows, one["number"]))
    return []


@native("cmd.exe")
def _mklink(call: Native) -> int:
    """Only `/c mklink /d LINK DEVICE\\`: without the backslash at its end the link leads nowhere (recorded)."""
    words = call.arguments
    if [word.lower() for word in words[:3]] != ["/c", "mklink", "/d"] or len(words) != 5:
        call.complain("The syntax of the command is incorrect.")
        return 1
    # cmd.exe reads its line otherwise than the C library: a backslash before a quote is just one.
    link, device = words[3], words[4].removesuffix('"').rstrip("\\")
    if not words[4].endswith(("\\", '"')) or not device.startswith(_DEVICE):
        call.complain("The system cannot find the path specified.")
        return 1
    drives = call.windows.drives
    drives.place(link).symlink_to(_folder(call.windows, int(device.removeprefix(_DEVICE))))
    return 0
