"""Copies that other products make of a Mac, by what they left behind as evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from studio_backup.discover.found import Found, masked
from studio_backup.discover.mac_answers import entries_in, read_plist


def external(texts: dict[str, str], lines: dict[str, list[str]], found: Found) -> None:
    """Add them, and what else launchd starts there."""
    found.external += [("time-machine", said) for said in _time_machine(texts)]
    backblaze = backblaze_said(
        texts.get("backblaze bzstat_lastbackupcompleted.xml", ""), texts.get("backblaze bzstat_remainingbackup.xml", "")
    )
    if backblaze or "Backblaze" in lines.get("app", []):
        found.external.append(("backblaze-personal", backblaze or "it is installed; it left no report of a backup"))
    jobs = {what.removeprefix("job "): read_plist(text) for what, text in texts.items() if what.startswith("job ")}
    for product, words in (("carbon-copy-cloner", r"bombich|carbon copy"), ("chronosync", r"chronosync")):
        helpers = [path for path in jobs if re.search(words, path, re.IGNORECASE)]
        apps = [app for app in lines.get("app", []) if re.search(words, app, re.IGNORECASE)]
        if helpers or apps:
            left = [f"launchd starts {path}" for path in helpers] or ["its application is there, no job of it"]
            found.external.append((product, f"{'; '.join(left)}; when it last ran is not known"))
    for path, plist in jobs.items():
        told = plist.get("ProgramArguments")
        command = told if told and isinstance(told, list) else [plist.get("Program", "")]
        found.jobs.append(masked(f"{path}: {' '.join(map(str, command))}"))


def _time_machine(texts: dict[str, str]) -> Iterator[str]:
    """Each of its destinations, with the newest backup there that was finished."""
    newest = {
        str(one.get("DestinationID")): max(
            (at for at in one.get("SnapshotDates") or () if isinstance(at, datetime)), default=None
        )
        for one in entries_in(read_plist(texts.get("time-machine", "")), "Destinations")
        if isinstance(one.get("SnapshotDates", []), list)
    }
    for one in entries_in(read_plist(texts.get("destinations", "")), "Destinations"):
        at = newest.get(str(one.get("ID")))
        seen = f"newest backup {_when(at)}" if at else "no finished backup is noted, or its settings may not be read"
        where = masked(str(one.get("URL") or one.get("MountPoint") or "not plugged in"))
        yield f"{one.get('Name', '')} ({one.get('Kind', '')}, {where}): {seen}"


def backblaze_said(completed: str, rest: str) -> str:
    """A pass that ended is no complete backup: what remains is said beside it. "" where both reports say nothing."""
    ended = re.search(r'gmt_millis="([0-9]{10,14})"', completed)
    files = re.search(r'remainingnumfilesforbackup="([0-9]{1,18})"', rest)
    size = re.search(r'remainingnumbytesforbackup="([0-9]{1,18})"', rest)
    parts = [f"its last pass ended {_when(datetime.fromtimestamp(int(ended[1]) // 1000, UTC))}"] if ended else []
    if files and size:
        parts.append(f"{files[1]} files with {int(size[1]) / 1e9:.1f} GB were still to go")
    return "; ".join(parts)


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
