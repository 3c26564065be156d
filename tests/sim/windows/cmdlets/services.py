"""Services, and the rules of the firewall: what they are, and how a service starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.registry import Call, cim, cmdlet
from tests.sim.windows.powershell.text import to_text

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_STARTS = {"automatic": "Auto", "manual": "Manual", "disabled": "Disabled"}


@cim("root/cimv2", "Win32_Service")
def _services(windows: Windows) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = windows.state["services"]
    return found


@cim("root/StandardCimv2", "MSFT_NetFirewallRule")
def _rules(windows: Windows) -> list[dict[str, Any]]:
    if not windows.state["session"]["admin"]:
        raise NetError("Microsoft.Management.Infrastructure.CimException", "Access denied", -2147024891)
    found: list[dict[str, Any]] = windows.state["firewall"]
    return found


@cmdlet("Set-Service", "Name StartupType", positional="Name")
def _set_service(call: Call) -> None:
    name, start = to_text(call["Name"]), to_text(call["StartupType"]).lower()
    if start not in _STARTS:
        raise NotKnown(f"Set-Service -StartupType {start}")
    for service in call.state["services"]:
        if service["Name"].lower() == name.lower():
            if not call.state["session"]["admin"]:
                call.fail("CouldNotSetService", f"Service '{name} ({name})' cannot be configured due to the following "
                          "error: Access is denied", hresult=-2147467259)  # fmt: skip
                return
            service["StartMode"] = _STARTS[start]
            return
    call.fail("NoServiceFoundForGivenName", f"Service {name} was not found on computer '.'.", hresult=-2146233079)
