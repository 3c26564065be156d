"""The SSH server of a Windows, by which we come in: watched, but for its start with Windows, which is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, managed, watched
from studio_backup.resources.folder_rights import ADMINISTRATORS, SYSTEM, changers
from studio_backup.resources.registry_told import number, text
from studio_backup.source import Place
from studio_backup.step import Step
from studio_backup.windows.answers import document, documents

_PARTS = ("registry.ps1", "windows-standing.ps1", "closing.ps1", "folder-acl.ps1", "openssh-server.ps1")
_PROGRAM = "\n".join(map(shipped, _PARTS))
#: Whom sshd lets own that file, beside these two and the person who logs in.
_TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
#: Win32_Service.StartMode, which is in no language.
_STARTS = {"Auto": "automatic", "Manual": "manual", "Disabled": "disabled"}
#: What sshd takes a shell for, by a part of its path, and the switch that it then gives it.
_SHELLS = (("system32\\cmd", "cmd", "/c"), ("powershell", "powershell", "-c"))
#: MSFT_NetFirewallRule.Action (UNVERIFIED).
_ACTIONS = {"2": "open", "4": "the rule blocks"}
_WATCHED = {
    "elevated": (
        "who logs in there is no administrator, or without an administrator's rights",
        "make that user a member of Administrators: over SSH such a member has all rights at once",
    ),
    "keys": (
        "sshd takes no key of an administrator from a file that others may change",
        "as an administrator there: icacls C:\\ProgramData\\ssh\\administrators_authorized_keys /inheritance:r "
        "/grant *S-1-5-32-544:F /grant *S-1-5-18:F",
    ),
    "state": ("its SSH server is not the service that runs", "start sshd there, or take this out of the spec"),
    "firewall": (
        "the rule that lets SSH in is not what the spec says",
        "look at the firewall there: another rule may do it, and only this one's name is looked for",
    ),
    "shell": ("another shell is started than the spec says", "set it there, or write what is there"),
}


@dataclass(frozen=True, kw_only=True)
class OpensshServer(Resource):
    """One Windows system's; its name is the system's."""

    kind: ClassVar[str] = "openssh-server"
    summary: ClassVar[str] = (
        "the SSH server of a Windows: its start, its shell, its keys, our rights (a spec writes it)"
    )
    language: ClassVar[str] = "powershell"
    adoptable: ClassVar[bool] = True
    made: ClassVar[bool] = False

    start: str = managed("automatic")
    state: str = watched("running")
    keys: str = watched("administrators alone may change them")
    elevated: str = watched("yes")
    shell: str | None = watched(None)
    firewall: str | None = watched(None)

    def probe(self) -> Probe:
        """The rule of the firewall is asked for only where the spec speaks of it."""
        args = ("firewall",) if self.firewall is not None else ()
        return Probe(script=f"{_PROGRAM}\nRead-SecureShell -Wanted $Words", args=args)

    def parse(self, reply: Reply) -> Self:
        """Never absent: a Windows without one is seen as such."""
        found = document(reply)
        state, start = self._service(found)
        elevated = {"True": "yes", "False": "no"}.get(str(found.get("elevated")))
        if elevated is None:
            raise Unparsable("nothing is said of our rights there")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            start=start,
            state=state,
            keys=_keys(found),
            elevated=elevated,
            shell=self.shell and _shell(found),
            firewall=self.firewall and _firewall(found),
        )

    def _service(self, found: dict[str, Any]) -> tuple[str, str]:
        services = documents(found.get("services"))
        if not services:
            return "there is no service sshd", "none"
        state, start = services[0].get("state"), str(services[0].get("start"))
        if len(services) > 1 or not isinstance(state, str) or start not in _STARTS:
            raise Unparsable(f"the service sshd is {state}, and starts {start}")
        return state.lower(), _STARTS[start]

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """What is not there is put there by a person; so is all that is only watched."""
        if "start" in fields:
            if seen.start == "none":
                fix = "Add-WindowsCapability -Online -Name OpenSSH.Server~~~~0.0.1.0, or take this out of the spec"
                return "Windows' own SSH server is not installed", fix
            if seen.start == "disabled":
                return "somebody disabled sshd", "enable it there if that was no decision, or take this out of the spec"
            return None
        return next((_WATCHED[name] for name in _WATCHED if name in fields), None)

    def create(self) -> tuple[Step, ...]:
        """Nothing: it is installed by hand, since we come in by it."""
        return ()

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Its start alone: nothing that could lock us out."""
        if "start" not in fields or seen.start != "manual":
            return ()
        return (Step(title="let sshd start with Windows", script=f"{_PROGRAM}\nSet-SecureShellStart"),)

    def remove(self) -> tuple[Step, ...] | None:
        """Released: it stays as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every Windows has one, or none."""
        return cls(system=system, name=name, place=place)


def _keys(found: dict[str, Any]) -> str:
    said = found.get("keys")
    if not isinstance(said, dict) or not isinstance(said.get("standing"), str):
        raise Unparsable("nothing is said of administrators_authorized_keys")
    if said.get("trouble"):
        if found.get("elevated") == "False":
            return "administrators_authorized_keys cannot be read without an administrator's rights"
        raise Unparsable(f"administrators_authorized_keys cannot be read: {said['trouble']}")
    if said["standing"] == "absent":
        return "administrators_authorized_keys is not there"
    if said["standing"] != "file":
        return f"administrators_authorized_keys is, or stands in, a {said['standing']}"
    owner, writers = changers(said.get("security"))
    trusted = {ADMINISTRATORS, SYSTEM, _TRUSTED_INSTALLER, str(found.get("person"))}
    wrong = [f"{sid} may change it" for sid in sorted(writers - {ADMINISTRATORS, SYSTEM, str(found.get("person"))})]
    if owner not in trusted:
        wrong.append(f"owned by {owner}")
    return f"administrators_authorized_keys: {', '.join(wrong)}" if wrong else "administrators alone may change them"


def _shell(found: dict[str, Any]) -> str:
    """cmd where nothing is set; else what sshd takes it for, or its path, with the options that are not usual."""
    path = (text(found, "shell") or "c:\\windows\\system32\\cmd.exe").lower().replace("/", "\\")
    name, switch = next(((word, usual) for part, word, usual in _SHELLS if part in path), (path, "-c"))
    option, escaping = text(found, "option"), number(found, "escaping")
    words = [name]
    if option is not None and option != switch:
        words.append(f"DefaultShellCommandOption {option}")
    if escaping == 0:
        words.append("DefaultShellEscapeArguments 0")
    return ", ".join(words)


def _firewall(found: dict[str, Any]) -> str:
    """MSFT_NetFirewallRule: Enabled 1 is on, Action 2 lets in (UNVERIFIED)."""
    said = found.get("firewall")
    if not isinstance(said, dict):
        raise Unparsable("nothing is said of the firewall")
    if said.get("trouble"):
        raise Unparsable(f"the firewall cannot be asked: {said['trouble']}")
    rules = documents(said.get("rules"))
    if not rules:
        return "no rule of that name"
    if len(rules) > 1:
        raise Unparsable("the firewall has several rules of that name")
    enabled, action = str(rules[0].get("enabled")), str(rules[0].get("action"))
    if enabled not in ("1", "2") or action not in _ACTIONS:
        raise Unparsable(f"the rule is {enabled}, its action {action}")
    return _ACTIONS[action] if enabled == "1" else "the rule is off"
