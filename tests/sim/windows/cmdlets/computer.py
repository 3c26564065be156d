"""What the machine and its Windows are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.registry import cim

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows


@cim("root/cimv2", "Win32_OperatingSystem")
def _system(windows: Windows) -> list[dict[str, Any]]:
    version = ".".join(str(windows.state["os_version"]).split(".")[:3])
    return [{"Caption": "Microsoft Windows 11 Pro", "Version": version}]


@cim("root/cimv2", "Win32_ComputerSystem")
def _computer(windows: Windows) -> list[dict[str, Any]]:
    return [{"Name": "WS-A", "Manufacturer": windows.state.get("maker", "Some Maker")}]
