"""The definition of a task as Task Scheduler keeps it: checked, put in its own order, and never as it was given."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
MALFORMED, BAD_VALUE, MISSING_NODE = 0x8004131A, 0x80041318, 0x80041319
#: What is left out of what is kept, since it goes without saying (windows.md 2.3: defaults are dropped).
DEFAULTS = {
    "MultipleInstancesPolicy": "IgnoreNew", "DisallowStartIfOnBatteries": "true", "StopIfGoingOnBatteries": "true",
    "AllowHardTerminate": "true", "StartWhenAvailable": "false", "RunOnlyIfNetworkAvailable": "false",
    "AllowStartOnDemand": "true", "Enabled": "true", "Hidden": "false", "RunOnlyIfIdle": "false",
    "DisallowStartOnRemoteAppSession": "false", "WakeToRun": "false", "Priority": "7",
}  # fmt: skip
_ORDER = (
    "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "ExecutionTimeLimit", "MultipleInstancesPolicy",
    "RestartOnFailure", "StartWhenAvailable", "WakeToRun", "IdleSettings", "UseUnifiedSchedulingEngine",
)  # fmt: skip
_SIDS = {
    "system": "S-1-5-18", "nt authority\\system": "S-1-5-18", "s-1-5-18": "S-1-5-18",
    "ws-a\\tech": "S-1-5-21-1004336348-1177238915-682003330-1001",
    "tech": "S-1-5-21-1004336348-1177238915-682003330-1001",
}  # fmt: skip
_SERVICES = ("S-1-5-18", "S-1-5-19", "S-1-5-20")


class Refused(Exception):
    """The text is no task: what the scheduler says, and its HRESULT."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def read(text: str) -> ET.Element:
    """The definition without its namespace; raises Refused."""
    try:
        root = ET.fromstring(re.sub(r"\A\s*<\?xml.*?\?>", "", text, flags=re.DOTALL))
    except ET.ParseError as error:
        raise Refused("The task XML is malformed.", MALFORMED) from error
    if root.tag != f"{{{NAMESPACE}}}Task":
        raise Refused("The task XML is malformed.", MALFORMED)
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    if root.find("Actions/Exec/Command") is None:
        raise Refused("The task XML is missing a required element or attribute. (0,0):Actions:", MISSING_NODE)
    for interval in root.iterfind("Triggers/*/Repetition/Interval"):
        if (seconds(interval.text or "") or 0) < 60:
            raise Refused(
                "The task XML contains a value which is incorrectly formatted or out of range."
                f"(31,27):Interval:{interval.text}",
                BAD_VALUE,
            )
    return root


def seconds(text: str) -> int | None:
    """A duration in seconds; None for what is none."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text.strip())
    if not found or text.strip() in ("P", "PT"):
        return None
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def kept(text: str, path: str, now: datetime) -> str:
    """What is handed back of it from then on; `now` is the system's own time. Raises Refused."""
    given = read(text)
    root = ET.Element("Task", {"version": given.get("version") or "1.2", "xmlns": NAMESPACE})
    root.append(_registration(given, path, now))
    principals = given.find("Principals")
    root.append(_principals(principals) if principals is not None else ET.Element("Principals"))
    root.append(_settings(given.find("Settings")))
    triggers = given.find("Triggers")
    root.append(ET.Element("Triggers") if triggers is None else _triggers(triggers))
    actions = given.find("Actions")
    assert actions is not None
    root.append(actions)
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-16"?>\r\n{body}'.replace("\n", "\r\n").replace("\r\r", "\r")


def _registration(given: ET.Element, path: str, now: datetime) -> ET.Element:
    old, new = given.find("RegistrationInfo"), ET.Element("RegistrationInfo")
    values = {one.tag: (one.text or "").strip() for one in (old if old is not None else ())}
    values.setdefault("Date", now.strftime("%Y-%m-%dT%H:%M:%S.%f0"))
    values["URI"] = path
    for name in ("Source", "Date", "Author", "Version", "Description", "URI", "SecurityDescriptor"):
        if values.get(name):
            ET.SubElement(new, name).text = values[name]
    return new


def _principals(given: ET.Element) -> ET.Element:
    for one in given:
        user, logon = one.find("UserId"), one.find("LogonType")
        if user is not None:
            user.text = _SIDS.get((user.text or "").strip().lower(), user.text)
            if logon is not None and user.text in _SERVICES:
                one.remove(logon)
        level = one.find("RunLevel")
        if level is not None and (level.text or "").strip() == "LeastPrivilege":
            one.remove(level)
    return given


def _settings(given: ET.Element | None) -> ET.Element:
    found = {one.tag: one for one in (given if given is not None else ())}
    if (limit := found.get("ExecutionTimeLimit")) is not None and seconds(limit.text or "") == 72 * 3600:
        del found["ExecutionTimeLimit"]
    for name, default in DEFAULTS.items():
        if name in found and (found[name].text or "").strip() == default:
            del found[name]
    found["UseUnifiedSchedulingEngine"] = ET.Element("UseUnifiedSchedulingEngine")
    found["UseUnifiedSchedulingEngine"].text = "true"
    if "IdleSettings" not in found:
        found["IdleSettings"] = ET.Element("IdleSettings")
        ET.SubElement(found["IdleSettings"], "StopOnIdleEnd").text = "true"
        ET.SubElement(found["IdleSettings"], "RestartOnIdle").text = "false"
    new = ET.Element("Settings")
    new.extend(found[name] for name in sorted(found, key=lambda name: _ORDER.index(name) if name in _ORDER else -1))
    return new


def _triggers(given: ET.Element) -> ET.Element:
    for one in given:
        if (enabled := one.find("Enabled")) is not None and (enabled.text or "").strip() == "true":
            one.remove(enabled)
        repetition = one.find("Repetition")
        if repetition is not None and repetition.find("StopAtDurationEnd") is None:
            ET.SubElement(repetition, "StopAtDurationEnd").text = "false"
    return given
