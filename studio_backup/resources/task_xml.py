"""The XML of a scheduled task by its meaning: Windows hands back another text than it was given, which says the same.

Accounts come back as SIDs, what has a default value is left out, durations may be written otherwise, order is free.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from studio_backup.resource import Unparsable
from studio_backup.resources.task_triggers import duration, flag, trigger_words

#: What an element of Settings means that is not there (schema of Task Scheduler; the cmdlet's defaults agree).
_DEFAULTS = {
    "MultipleInstancesPolicy": "IgnoreNew", "DisallowStartIfOnBatteries": "true", "StopIfGoingOnBatteries": "true",
    "AllowHardTerminate": "true", "StartWhenAvailable": "false", "RunOnlyIfNetworkAvailable": "false",
    "AllowStartOnDemand": "true", "Enabled": "true", "Hidden": "false", "RunOnlyIfIdle": "false",
    "DisallowStartOnRemoteAppSession": "false", "WakeToRun": "false", "Volatile": "false",
    "ExecutionTimeLimit": "P3D", "Priority": "7",
    "IdleSettings.StopOnIdleEnd": "true", "IdleSettings.RestartOnIdle": "false",
}  # fmt: skip
#: Said nothing by: what the scheduler sets by itself, and what only matters to a task that waits for an idle system.
_IGNORED = ("UseUnifiedSchedulingEngine", "IdleSettings.Duration", "IdleSettings.WaitTimeout")
#: The account of the system by its names; only the first is the same in every language.
_SYSTEM = ("s-1-5-18", "system", "nt authority\\system", "localsystem", "nt authority\\localsystem")
_OWNER = re.compile(r"studio-backup for studio (\S+): (\S+)")


@dataclass(frozen=True)
class Meaning:
    """What a task is, in words that are the same for every way to write them."""

    owner: str
    description: str
    execute: str
    arguments: str
    directory: str
    account: str
    level: str
    triggers: tuple[str, ...]
    enabled: str
    settings: tuple[str, ...]


def meaning(text: str) -> Meaning:
    """Read what was exported; raises Unparsable for what is no task."""
    root = _root(text)
    execute, arguments, directory = _action(root)
    account, level = _principal(root)
    settings = _settings(root)
    triggers = root.find("Triggers")
    description = " ".join(_text(root, "RegistrationInfo/Description").split())
    return Meaning(
        owner=_owner(_text(root, "RegistrationInfo/Source"), description),
        description=description,
        execute=execute,
        arguments=arguments,
        directory=directory,
        account=account,
        level=level,
        triggers=tuple(sorted(trigger_words(one) for one in (triggers if triggers is not None else ()))),
        enabled="no" if settings.get("Enabled") == "false" else "yes",
        settings=tuple(f"{name} {value}" for name, value in sorted(settings.items()) if name != "Enabled"),
    )


def _root(text: str) -> ET.Element:
    # Nothing that a task needs; entities could make a short text fill the memory.
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL):
        raise Unparsable("the definition of the task declares what no task has")
    try:
        root = ET.fromstring(re.sub(r"\A\s*<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL))
    except ET.ParseError as error:
        raise Unparsable(f"the definition of the task is no XML: {error}") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "Task" or root.find("Actions") is None:
        raise Unparsable("the definition of the task is not one that is known")
    return root


def _text(root: ET.Element, path: str) -> str:
    return (root.findtext(path) or "").strip()


def _owner(source: str, description: str) -> str:
    """STUDIO ADDRESS of a task of ours: from its source, which the description of an edited one may have lost."""
    found = _OWNER.search(source) or _OWNER.search(description)
    return f"{found[1]} {found[2]}" if found else "not one of ours"


def _action(root: ET.Element) -> tuple[str, str, str]:
    actions = list(root.iterfind("Actions/*"))
    if len(actions) != 1 or actions[0].tag != "Exec":
        return (f"({len(actions)} actions: {', '.join(action.tag for action in actions)})", "", "")
    values = (_text(actions[0], name) for name in ("Command", "Arguments", "WorkingDirectory"))
    command, arguments, directory = values
    return (command.strip('"'), arguments, directory)


def _principal(root: ET.Element) -> tuple[str, str]:
    """The account, with how it logs on where that is not what a service does, and its level."""
    principals = list(root.iterfind("Principals/Principal"))
    if len(principals) != 1:
        return (f"({len(principals)} accounts)", "")
    one = principals[0]
    user, group = _text(one, "UserId"), _text(one, "GroupId")
    account = "S-1-5-18" if user.lower() in _SYSTEM else user or f"group {group}"
    logon = _text(one, "LogonType")
    if logon and not (account == "S-1-5-18" and logon == "ServiceAccount"):
        account = f"{account} ({logon})"
    known = ("UserId", "GroupId", "LogonType", "RunLevel", "DisplayName")
    more = sorted(child.tag for child in one if child.tag not in known)
    return (" with ".join([account, *more]), _text(one, "RunLevel") or "LeastPrivilege")


def _settings(root: ET.Element) -> dict[str, str]:
    """What differs from the defaults, nested elements by their path; also who else may change the task."""
    found: dict[str, str] = {}
    for child in root.iterfind("Settings/*"):
        for path, element in _leaves(child.tag, child):
            value = _plain((element.text or "").strip())
            if path not in _IGNORED and _DEFAULTS.get(path) != value:
                found[path] = value
    descriptor = _text(root, "RegistrationInfo/SecurityDescriptor")
    return {**found, "SecurityDescriptor": descriptor} if descriptor else found


def _leaves(path: str, element: ET.Element) -> list[tuple[str, ET.Element]]:
    if len(element) == 0:
        return [(path, element)]
    return [leaf for child in element for leaf in _leaves(f"{path}.{child.tag}", child)]


def _plain(value: str) -> str:
    return flag(value) or duration(value) or value
