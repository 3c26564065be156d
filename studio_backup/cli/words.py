"""What somebody says on the command line about things that no program can see: subjects, places, ends."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from studio_backup.errors import UsageError
from studio_backup.facts import BAG, CLIENT
from studio_backup.policy.due import day
from studio_backup.policy.subjects import subjects
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.media import why_not_defragmented
from studio_backup.spec.model import Studio
from studio_backup.spec.schedule import DAY
from studio_backup.spec.wording import MalformedError, suggest

#: Kind of thing -> what may be said of it; the first is meant where nothing else is said.
WORDS = {
    "drive": ("spun-up", "maintained", "readable"),
    "disk": ("maintained",),
    "account": ("mfa",),
    "copy": ("made", "restored", "boots"),
    "system": ("boots",),
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def subject_of(studio: Studio, text: str) -> str:
    """A thing of this studio. Raises UsageError with near matches."""
    known = subjects(studio)
    if text not in known:
        kinds = ", ".join(f"{kind}:NAME" for kind in WORDS)
        raise UsageError(f"there is no '{text}' to say anything of", suggest(text, known, f"write one of {kinds}"))
    return text


def word_of(subject: str, word: str | None) -> str:
    """What is said of it. Raises UsageError."""
    possible = WORDS[subject.partition(":")[0]]
    if word is None:
        return possible[0]
    if word not in possible:
        raise UsageError(f"--what: '{word}' is not said of {subject}", f"write {' or '.join(possible)}")
    return word


def check_maintained(studio: Studio, subject: str) -> None:
    """Defragmenting helps on an hdd with a file system that scatters. Raises UsageError elsewhere."""
    kind, _, name = subject.partition(":")
    machine, _, disk = name.rpartition("/")
    medium = studio.drives[name].medium if kind == "drive" else studio.machines[machine].disks[disk].medium
    boxes = studio.machines.values() if kind == "drive" else [studio.machines[machine]]
    under = disk or name
    found = [one.filesystem for box in boxes for one in box.volumes.values() if under in box.disks_under(one.on)]
    if why := why_not_defragmented(medium, found):
        raise UsageError(f"{subject} is not maintained by defragmenting: {why}", "say nothing of it")


def drive_of(studio: Studio, text: str) -> str:
    """A drive that travels, with or without drive: before it. Raises UsageError."""
    name = text.removeprefix("drive:")
    if name not in studio.drives:
        fix = suggest(name, studio.drives, "declare it under drives: in the inventory first")
        raise UsageError(f"there is no drive '{name}'", fix)
    return name


def place_of(studio: Studio, text: str) -> str:
    """A site, SITE/ROOM, bag:NAME or client:NAME. Raises UsageError."""
    for word in (BAG, CLIENT):
        if text.startswith(word):
            if not _NAME.fullmatch(text.removeprefix(word)):
                raise UsageError(f"--to: '{text}' names no {word[:-1]}", f"write {word}NAME, lower case")
            return text
    known = [*studio.sites, *(f"{site.name}/{room}" for site in studio.sites.values() for room in site.rooms)]
    if text not in known:
        fix = suggest(text, known, f"write one of {', '.join(known)}, bag:NAME or client:NAME")
        raise UsageError(f"--to: there is no place '{text}'", fix)
    return text


def name_of(text: str) -> str:
    """Who says it: a name, not nothing. Raises UsageError."""
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > 80:
        raise UsageError("--by: nobody is named", "write who says so: --by NAME")
    return name


def end_of(text: str | None, now: int, otherwise: int | None) -> int | None:
    """When a word runs out: a day, or a span from now; `otherwise` seconds where nothing is said. Raises UsageError."""
    if text is None:
        return None if otherwise is None else now + otherwise
    try:
        end = day(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else now + parse_duration(text)
    except (MalformedError, ValueError) as error:
        raise UsageError(f"--expires: '{text}' is neither a day nor a span of time",
                         "write a day as 2027-05-01, or 6 months") from error  # fmt: skip
    if end <= now:
        today = datetime.fromtimestamp(now + DAY, UTC).strftime("%Y-%m-%d")
        raise UsageError(f"--expires: {text} is past", f"write a day to come, such as {today}")
    return end
