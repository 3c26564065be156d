"""What a Windows system was seen to have and to lack."""

from __future__ import annotations

from studio_backup.doctor.finding import MISSING, OK, UNSEEN, Finding, Span, clock
from studio_backup.doctor.needs import Wanted
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.windows.answers import document, documents

#: The oldest PowerShell that our programs are written for; Windows 10 has it, and every later one.
VERSION = (5, 1)
_FIXES = {
    "Schedule": "sc.exe config Schedule start= auto, then start Windows again",
    "LanmanWorkstation": "Set-Service -Name LanmanWorkstation -StartupType Automatic, then Start-Service",
    "robocopy.exe": "it belongs to Windows: sfc.exe /scannow",
}


def examine(need: Wanted, reply: Reply, asked: Span) -> list[Finding]:
    """Its PowerShell, its rights, its clock and its programs."""
    name = need.system.full_name
    try:
        told = document(reply)
        there = {str(one["name"]).lower(): str(one["state"]) for one in documents(told["programs"])}
        version = tuple(int(part) for part in str(told["version"]).split(".")[:2])
        data, elevated, seconds = str(told["data"]), told["elevated"], str(told["clock"])
    except (Unparsable, KeyError, ValueError) as error:
        return [Finding(name, "connection", UNSEEN, str(error), "studio-backup doctor once more")]
    found = [_powershell(name, version), _rights(need, elevated is True), clock(name, seconds, asked, "w32tm /resync")]
    if data.lower() != r"c:\programdata":
        detail = rf"ProgramData is {data} there, and only C:\ProgramData is known"
        found.append(Finding(name, "ProgramData", MISSING, detail, "this Windows cannot be set up"))
    for program, why in need.programs.items():
        state = there.get(program.lower(), "was not looked for")
        if state in ("there", "Running"):
            found.append(Finding(name, program, OK))
        else:
            found.append(Finding(name, program, MISSING, f"{why}; it is {state}", _FIXES.get(program, "")))
    return found


def _powershell(name: str, version: tuple[int, ...]) -> Finding:
    if version >= VERSION:
        return Finding(name, "PowerShell", OK)
    detail = f"it is {'.'.join(map(str, version))}, and 5.1 is needed"
    return Finding(name, "PowerShell", MISSING, detail, "install Windows Management Framework 5.1")


def _rights(need: Wanted, elevated: bool) -> Finding:
    if elevated:
        return Finding(need.system.full_name, "administrator", OK)
    detail = f"commands run there as {need.system.user}, who is no administrator"
    fix = f"add {need.system.user} to its group of administrators"
    return Finding(need.system.full_name, "administrator", MISSING, detail, fix)
