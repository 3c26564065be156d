"""What BitLocker says of each volume: `state["drives"][LETTER]["protection"]`, 0 where nobody switched it on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.sim.windows.cmdlets.volumes import device_of
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.registry import cim

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows


@cim(r"root\cimv2\security\MicrosoftVolumeEncryption", "Win32_EncryptableVolume")
def _protected(windows: Windows) -> Iterator[dict[str, Any]]:
    if not windows.state["session"]["admin"]:
        raise NetError("Microsoft.Management.Infrastructure.CimException", "Access denied ", -2147217405)
    for letter, drive in windows.state["drives"].items():
        yield {"DeviceID": device_of(letter, drive), "DriveLetter": f"{letter}:",
               "ProtectionStatus": drive.get("protection", 0)}  # fmt: skip
