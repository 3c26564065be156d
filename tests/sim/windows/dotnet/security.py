"""FileSecurity, DirectorySecurity, and where files and folders are asked for theirs."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.access import Acl, Rule
from tests.sim.windows.dotnet.enums import enumerated, number_of
from tests.sim.windows.dotnet.locating import existing
from tests.sim.windows.dotnet.principals import Sid
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import NOTHING, Enumerated, TypeName

_SPACE = "System.Security.AccessControl"


class AccessRule(NetObject):
    """A rule as .NET shows it."""

    type_name: ClassVar[str] = f"{_SPACE}.FileSystemAccessRule"

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    @prop("IdentityReference")
    def who(self) -> Sid:
        """Whom it is about."""
        return Sid(self.rule.sid)

    @prop("FileSystemRights")
    def rights(self) -> Enumerated:
        """Generic ones have no name: such a value is a number as text, too."""
        signed = self.rule.rights - 0x100000000 if self.rule.rights & 0x80000000 else self.rule.rights
        return enumerated(f"{_SPACE}.FileSystemRights", signed)

    @prop("AccessControlType")
    def kind(self) -> Enumerated:
        """Allow or Deny."""
        return enumerated(f"{_SPACE}.AccessControlType", 0 if self.rule.allow else 1)

    @prop("InheritanceFlags")
    def inheritance(self) -> Enumerated:
        """What inherits it."""
        return enumerated(f"{_SPACE}.InheritanceFlags", self.rule.inherit)

    @prop("PropagationFlags")
    def propagation(self) -> Enumerated:
        """How."""
        return enumerated(f"{_SPACE}.PropagationFlags", self.rule.propagate)

    @prop("IsInherited")
    def is_inherited(self) -> bool:
        """Whether it is from above."""
        return self.rule.inherited


@maker(f"{_SPACE.removeprefix('System.')}.FileSystemAccessRule")
def _rule(_: Shell, who: Any, rights: Any, inherit: Any, propagate: Any, kind: Any) -> AccessRule:
    if not isinstance(who, Sid):
        raise NotKnown("a rule for a name: names are in the language of the system")
    return AccessRule(Rule(
        who.sid, number_of(rights, f"{_SPACE}.FileSystemRights"), number_of(kind, f"{_SPACE}.AccessControlType") == 0,
        number_of(inherit, f"{_SPACE}.InheritanceFlags"), number_of(propagate, f"{_SPACE}.PropagationFlags"),
    ))  # fmt: skip


class Security(NetObject):
    """FileSecurity or DirectorySecurity; what was not set in it is not written."""

    type_name: ClassVar[str] = f"{_SPACE}.FileSystemSecurity"

    def __init__(self, acl: Acl | None = None) -> None:
        self.owner = acl.owner if acl else None
        self.closed = acl.closed if acl else False
        self.rules = list(acl.rules) if acl else []

    @method("SetOwner")
    def set_owner(self, who: Any) -> Any:
        """By SID."""
        self.owner = who.sid
        return NOTHING

    @method("SetAccessRuleProtection")
    def protect(self, closed: Any, keep: Any) -> Any:
        """Whether it inherits; `keep` turns what was inherited into rules of its own."""
        self.closed = bool(closed)
        if closed:
            kept = [rule for rule in self.rules if not rule.inherited or keep]
            self.rules = [Rule(one.sid, one.rights, one.allow, one.inherit, one.propagate) for one in kept]
        return NOTHING

    @method("AddAccessRule")
    def add(self, rule: Any) -> Any:
        """One more."""
        self.rules.append(rule.rule)
        return NOTHING

    @method("GetOwner")
    def get_owner(self, kind: Any) -> Any:
        """As a SID, or nothing."""
        _sids(kind)
        return Sid(self.owner) if self.owner else None

    @method("GetAccessRules")
    def get_rules(self, own: Any, inherited: Any, kind: Any) -> Any:
        """All, the own ones first."""
        _sids(kind)
        return [AccessRule(rule) for rule in self.rules if (inherited if rule.inherited else own)]

    @prop("AreAccessRulesProtected")
    def is_closed(self) -> bool:
        """Whether it inherits nothing."""
        return self.closed

    def acl(self, before: Acl) -> Acl:
        """What is to be kept."""
        return Acl(self.owner or before.owner, self.closed, self.rules)


def _sids(kind: Any) -> None:
    if not isinstance(kind, TypeName) or not kind.plain.endswith("securityidentifier"):
        raise NotKnown("accounts by their names, which are in the language of the system")


class FileSecurity(Security):
    """Of a file."""

    type_name: ClassVar[str] = f"{_SPACE}.FileSecurity"


class DirectorySecurity(Security):
    """Of a folder."""

    type_name: ClassVar[str] = f"{_SPACE}.DirectorySecurity"


@maker("Security.AccessControl.FileSecurity")
def _file_security(_: Shell) -> FileSecurity:
    return FileSecurity()


@maker("Security.AccessControl.DirectorySecurity")
def _folder_security(_: Shell) -> DirectorySecurity:
    return DirectorySecurity()


def _target(shell: Shell, path: Any, access: str, folder: bool) -> str:
    full, real = existing(shell, path, access)
    if folder and not real.is_dir():
        raise NetError(
            "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.", -2147024893
        )
    return full


@static("IO.File", "GetAccessControl")
def _of_file(shell: Shell, path: Any) -> FileSecurity:
    return FileSecurity(shell.process.windows.access.of(_target(shell, path, "look", False)))


@static("IO.Directory", "GetAccessControl")
def _of_folder(shell: Shell, path: Any) -> DirectorySecurity:
    return DirectorySecurity(shell.process.windows.access.of(_target(shell, path, "look", True)))


def _set(shell: Shell, full: str, security: Any) -> Any:
    lists = shell.process.windows.access
    lists.put(full, security.acl(lists.of(full)))
    return NOTHING


@static("IO.File", "SetAccessControl")
def _set_of_file(shell: Shell, path: Any, security: Any) -> Any:
    if not isinstance(security, FileSecurity):
        raise NotKnown("an access list of a folder for a file")
    return _set(shell, _target(shell, path, "write", False), security)


@static("IO.Directory", "SetAccessControl")
def _set_of_folder(shell: Shell, path: Any, security: Any) -> Any:
    if not isinstance(security, DirectorySecurity):
        raise NotKnown("an access list of a file for a folder")
    return _set(shell, _target(shell, path, "write", True), security)
