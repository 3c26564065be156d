"""Who we are: SIDs, identities, roles."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.process import Process


class Sid(NetObject):
    """Security.Principal.SecurityIdentifier."""

    type_name: ClassVar[str] = "System.Security.Principal.SecurityIdentifier"
    kinds: ClassVar[tuple[str, ...]] = ("security.principal.identityreference",)

    def __init__(self, value: str) -> None:
        self.sid = value

    def text(self) -> str:
        """S-1-5-…"""
        return self.sid

    def same(self, other: Any) -> bool:
        """Whether they are one."""
        return isinstance(other, Sid) and other.sid == self.sid

    @prop("Value")
    def value(self) -> str:
        """S-1-5-…"""
        return self.sid

    @method("Translate")
    def translate(self, _: Any) -> Sid:
        """To itself: names are localised, and nothing of ours uses them."""
        return self


@maker("Security.Principal.SecurityIdentifier")
def make_sid(_: Shell, text: Any) -> Sid:
    """A SID from its text."""
    if not to_text(text).upper().startswith("S-1-"):
        raise NetError("System.ArgumentException", "Value was invalid.\r\nParameter name: sddlForm", -2147024809)
    return Sid(to_text(text).upper())


CASTS["security.principal.securityidentifier"] = lambda given: make_sid(None, given)  # type: ignore[arg-type]


class Identity(NetObject):
    """WindowsIdentity."""

    type_name: ClassVar[str] = "System.Security.Principal.WindowsIdentity"

    def __init__(self, process: Process) -> None:
        self.process = process

    @prop("Name")
    def name(self) -> str:
        """DOMAIN\\name."""
        if self.process.account.upper() == "SYSTEM":
            return "NT AUTHORITY\\SYSTEM"
        return f"{self.process.environment['COMPUTERNAME']}\\{self.process.account}"

    @prop("User")
    def user(self) -> Sid:
        """Its SID."""
        return Sid(
            "S-1-5-18" if self.process.account.upper() == "SYSTEM" else self.process.windows.state["session"]["sid"]
        )

    @prop("IsSystem")
    def is_system(self) -> bool:
        """Whether it is SYSTEM."""
        return self.process.account.upper() == "SYSTEM"


@static("Security.Principal.WindowsIdentity", "GetCurrent")
def _identity(shell: Shell) -> Identity:
    return Identity(shell.process)


class Principal(NetObject):
    """WindowsPrincipal."""

    type_name: ClassVar[str] = "System.Security.Principal.WindowsPrincipal"

    def __init__(self, identity: Identity) -> None:
        self._process = identity.process

    @method("IsInRole")
    def is_in_role(self, role: Any) -> bool:
        """Whether the token has that group, by role or SID; a name of a group is localised, and so not known here."""
        wanted = role.sid if isinstance(role, Sid) else ""
        if not wanted:
            if not isinstance(role, int) and to_text(role).lower() != "administrator":
                raise NotKnown(f"IsInRole({to_text(role)!r})")
            number = role if isinstance(role, int) else 544
            wanted = f"S-1-5-32-{int(number)}"
        if wanted == "S-1-5-32-544":
            return bool(self._process.account.upper() == "SYSTEM" or self._process.windows.state["session"]["admin"])
        return wanted in ("S-1-1-0", "S-1-5-11")


@maker("Security.Principal.WindowsPrincipal")
def _principal(_: Shell, identity: Identity) -> Principal:
    return Principal(identity)


CASTS["security.principal.windowsprincipal"] = Principal
