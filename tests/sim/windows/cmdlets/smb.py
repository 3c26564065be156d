"""Shares of other machines: mapped with a user and a password, seen only while mapped, gone when the network is.

`state["smb"]`: `shares` (`\\\\server\\share` -> user, password), `answers` (whether anybody does), `mapped`.
The identities of New-SmbMapping's errors are UNVERIFIED.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop
from tests.sim.windows.powershell.registry import Call, cmdlet
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import NOTHING, Record

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_SAID = {
    53: "The network path was not found.",
    67: "The network name cannot be found.",
    1326: "The user name or password is incorrect.",
}


def share(windows: Windows, path: str, folder: Path, user: str, password: str) -> None:
    """A folder of this machine is a share of another one from now on."""
    known = windows.state.setdefault("smb", {"shares": {}, "answers": True, "mapped": []})
    known["shares"][path.lower()] = (user, password)
    windows.drives.shares[path.lower()] = folder
    windows.drives.gate = _gate(windows, windows.drives.gate)


def _gate(windows: Windows, before: Callable[[str, str], None]) -> Callable[[str, str], None]:
    def gate(path: str, access: str) -> None:
        before(path, access)
        plain = path.lower()
        if plain.startswith("\\\\?\\unc\\"):
            plain = "\\\\" + plain[8:]
        if not plain.startswith("\\\\") or plain.startswith("\\\\?\\"):
            return
        known = windows.state["smb"]
        if not known["answers"]:
            raise NetError("System.IO.IOException", "The specified network name is no longer available.", -2147024832)
        if not any(plain == one or plain.startswith(f"{one}\\") for one in known["mapped"]):
            raise NetError("System.IO.IOException", _SAID[1326], -2147023570)
        if access == "write":
            windows.redirector.wrote(path)

    return gate


@cmdlet("New-SmbMapping", "LocalPath RemotePath UserName Password Persistent", switches="SaveCredentials")
def _new(call: Call) -> list[Any]:
    known, path = call.state["smb"], str(call["RemotePath"]).lower()
    number = 0
    if not known["answers"]:
        number = 53
    elif path not in known["shares"]:
        number = 67
    elif known["shares"][path] != (call["UserName"], call["Password"]):
        number = 1326
    if number:
        call.fail(f"Windows System Error {number}", _SAID[number], "Microsoft.Management.Infrastructure.CimException")
        return []
    known["mapped"].append(path)
    return [_mapping(path)]


@cmdlet("Get-SmbMapping", "LocalPath RemotePath")
def _get(call: Call) -> list[Any]:
    return [_mapping(path) for path in call.state["smb"]["mapped"]]


def _mapping(path: str) -> Record:
    return Record([("Status", "OK"), ("LocalPath", ""), ("RemotePath", path)])


@cmdlet("Remove-SmbMapping", "LocalPath RemotePath", switches="Force UpdateProfile")
def _remove(call: Call) -> list[Any]:
    path = str(call["RemotePath"]).lower()
    call.windows.redirector.forget()
    call.state["smb"]["mapped"] = [one for one in call.state["smb"]["mapped"] if one != path]
    return []


class Waiting(NetObject):
    """A connection that is being made, and its handle at once."""

    type_name: ClassVar[str] = "System.IAsyncResult"

    @prop("AsyncWaitHandle")
    def handle(self) -> Waiting:
        """Itself."""
        return self

    @method("WaitOne")
    def wait(self, most: Any) -> bool:
        """It is decided at once."""
        del most
        return True


class TcpClient(NetObject):
    """Net.Sockets.TcpClient: connected where the machine of the shares answers."""

    type_name: ClassVar[str] = "System.Net.Sockets.TcpClient"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._connected = shell, False

    @method("BeginConnect")
    def begin(self, address: Any, port: Any, callback: Any, state: Any) -> Waiting:
        """Connects, or does not."""
        del address, callback, state
        self._connected = bool(self._shell.process.windows.state["smb"]["answers"]) and int(port) == 445
        return Waiting()

    @prop("Connected")
    def connected(self) -> bool:
        """Whether it is."""
        return self._connected

    @method("Close")
    def close(self) -> Any:
        """Nothing is held."""
        return NOTHING


@maker("Net.Sockets.TcpClient")
def _client(shell: Shell) -> TcpClient:
    return TcpClient(shell)
