"""`launchctl`: reference section 3.2 and 3.3, with its exit codes, its lies and its asynchronous `bootout`."""

from __future__ import annotations

import os
import plistlib
import stat
import sys
from pathlib import Path
from typing import Any

from tests.sim.macos import launchd
from tests.sim.macos.state import NotKnown, State, major, told

_WORDS = {
    3: "No such process",
    1: "Operation not permitted",
    5: "Input/output error",
    36: "Operation now in progress",
    37: "Operation already in progress",
    119: "Service is disabled",
    125: "Domain does not support specified action",
    150: "Operation not permitted while System Integrity Protection is engaged",
}


def main(state: State, arguments: list[str]) -> int:
    match arguments:
        case ["bootstrap", domain, path]:
            return _bootstrap(state, domain, path)
        case ["bootout", target]:
            return _bootout(state, target)
        case ["enable" | "disable" as verb, target]:
            return _override(state, verb, target)
        case ["kickstart", *options, target]:
            return _kickstart(state, options, target)
        case ["print", target]:
            return _print(state, target)
        case ["print-disabled", "system"]:
            return _print_disabled(state)
    raise NotKnown("verb or arguments")


def _said(what: str, code: int) -> int:
    print(f"{what}: {code}: {_WORDS[code]}", file=sys.stderr)
    if code == 5:
        print("Try re-running the command as root for richer errors.", file=sys.stderr)
    return code


def _label(target: str) -> str:
    domain, _, label = target.partition("/")
    if domain != "system" or not label:
        raise NotKnown("only the system domain is modelled")
    return label


def _bootstrap(state: State, domain: str, path: str) -> int:
    what = "Bootstrap failed"
    if domain != "system":
        return _said(what, 125)
    value = _plist(path)
    if not state["root"] or value is None:
        return _said(what, 5)
    label = str(value["Label"])
    job = state["launchd"].get(label)
    if job is not None and launchd.still_there(job):
        return _said(what, 37 if job["leaving"] is not None and told(state, "bootstrap-37") else 5)
    if state["disabled"].get(label):
        return _said(what, 119)
    if told(state, "bootstrap-fails"):
        return _said(what, 5)
    launchd.load(state, path, value)
    return _said(what, 5) if told(state, "bootstrap-5-although-loaded") else 0


def _plist(path: str) -> dict[str, Any] | None:
    """A property list that launchd would take: root's own, writable by nobody else, with a label and a program."""
    try:
        found = Path(path).lstat()
        value = plistlib.loads(Path(path).read_bytes())
    except Exception:  # whatever is wrong with it, launchd says 5
        return None
    owned = (found.st_uid, found.st_gid) == (0, 0) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not owned or not isinstance(value, dict) or "Label" not in value or "ProgramArguments" not in value:
        return None
    return value


def _bootout(state: State, target: str) -> int:
    label = _label(target)
    job = state["launchd"].get(label)
    if not state["root"]:
        return _said("Boot-out failed", 1)
    if label.startswith("com.apple.") and state["sip"]:
        return _said("Boot-out failed", 150)
    if job is None or not launchd.still_there(job):
        state["launchd"].pop(label, None)
        return _said("Boot-out failed", 3)
    if job["leaving"] is not None:
        return _said("Boot-out failed", 36)
    # It goes on for as long as it is looked at so often: the caller must wait and look again.
    job["leaving"] = int(state["lies"].get("bootout-takes", 1))
    launchd.stop(job)
    return _said("Boot-out failed", 36) if told(state, "bootout-36") else 0


def _override(state: State, verb: str, target: str) -> int:
    if not state["root"]:
        raise NotKnown("enable and disable without root: what they say is not known")
    state["disabled"][_label(target)] = verb == "disable"
    return 0


def _kickstart(state: State, options: list[str], target: str) -> int:
    label = _label(target)
    if not set(options) <= {"-k", "-p"}:
        raise NotKnown("option")
    if label.startswith("com.apple.") and state["sip"]:
        return _said("Could not kickstart service", 150)
    if not state["root"]:
        return _said("Could not kickstart service", 1)
    job = state["launchd"].get(label)
    if job is None or not launchd.still_there(job):
        return _missing(label)
    if "-k" in options:
        launchd.stop(job)
    launchd.spawn(label)
    return 0


def _missing(label: str) -> int:
    print(f'Bad request.\nCould not find service "{label}" in domain for system', file=sys.stderr)
    return 113


def _print(state: State, target: str) -> int:
    if told(state, "print-fails"):
        return 1
    label = _label(target)
    job = state["launchd"].get(label)
    if job is None or not launchd.looked_at(state, label, job):
        return _missing(label)
    sys.stdout.write(launchd.shown(label, job, os.environ.get("SSH_AUTH_SOCK", "")))
    return 0


def _print_disabled(state: State) -> int:
    words = ("false", "true") if major(state) <= 12 else ("enabled", "disabled")
    print("disabled services = {")
    for label, off in state["disabled"].items():
        print(f'\t\t"{label}" => {words[bool(off)]}')
    print("}")
    return 0
