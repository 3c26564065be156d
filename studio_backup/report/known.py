"""What `attest` and `move` noted, and the receipt that goes with a drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio_backup.facts import BAG, Custody, Fact, Observation
from studio_backup.report.text import count, moment, safe, wrapped
from studio_backup.spec.model import Studio

_SAID = {
    "spun-up": "it was plugged in and runs",
    "maintained": "it was looked after",
    "readable": "a file of it was read",
    "mfa": "a second factor is asked for",
    "made": "the copy was made",
    "restored": "it was restored from, and opened",
    "boots": "it boots",
}


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A copy that lies on a drive: of which dataset, how new it is, whether it is off-site where the drive is now."""

    copy: str  # full name
    newest: int | None  # when what it holds was read at the source, None where nobody looked
    offsite: bool


def carried(studio: Studio, drive: str, looks: Mapping[str, Observation]) -> list[Carried]:
    """Every copy on that drive, in the order of the spec."""
    there = studio.drives[drive].home.site
    found = []
    for dataset in studio.datasets.values():
        on = [
            copy.name
            for copy in dataset.copies.values()
            if studio.machines[copy.machine].volumes[copy.volume].on == drive
        ]
        on += [external.name for external in dataset.external.values() if external.drive == drive]
        # A bag on its way is no site yet: as in the verdict.
        offsite = there != studio.machines[dataset.machine].site and not there.startswith(BAG)
        for name in on:
            look = looks.get(f"{dataset.full_name}/{name}")
            found.append(Carried(copy=f"{dataset.full_name}/{name}", newest=look.newest if look else None,
                                 offsite=offsite))  # fmt: skip
    return found


def attested_lines(fact: Fact) -> list[str]:
    """What was noted, until when it holds, and what to look at next."""
    lines = [f"{safe(fact.subject)}: {_SAID[fact.what]}: noted", f"  by     {safe(fact.by)}, {moment(fact.at)}"]
    lines += [f"  until  {moment(fact.expires)}; from then on UNKNOWN"] if fact.expires else []
    lines += wrapped(f"note   {safe(fact.note)}", 2, 7) if fact.note else []
    return [*lines, "Next: studio-backup due"]


def moved_lines(move: Custody, before: str, copies: Sequence[Carried]) -> list[str]:
    """Where the drive is now, and what that makes of the copies on it."""
    lines = [
        f"drive:{move.drive}: from {before} to {safe(move.place)}, noted",
        f"  by     {safe(move.by)}, {moment(move.at)}",
    ]
    lines += [f"  until  {moment(move.expires)}; from then on nobody knows where it is"] if move.expires else []
    lines += wrapped(f"note   {safe(move.note)}", 2, 7) if move.note else []
    here = "on its way" if move.place.startswith(BAG) else "at the site of the original"
    for one in copies:
        lines += wrapped(f"copy   {one.copy}: {'off-site' if one.offsite else here}", 2, 7)
    return [*lines, "Next: studio-backup what-if"]


def receipt(studio: Studio, move: Custody, copies: Sequence[Carried]) -> list[str]:
    """A page for whoever takes the drive: what it is, what is on it, where it goes, and two lines to sign on."""
    drive = studio.drives[move.drive]
    serial = drive.serial or drive.by_id or "none noted"
    known = [("Drive", drive.name), ("Serial number", serial), ("Medium", drive.medium)]
    known += [("Handed over", moment(move.at)), ("To", move.place), ("By", move.by)]
    known += [("To be confirmed", moment(move.expires))] if move.expires else []
    lines = [f"RECEIPT  {studio.name}", "", *(f"{word:<19}{safe(value)}" for word, value in known), ""]
    lines += [f"On it: {count(len(copies), 'copy', 'copies')}"]
    for one in copies:
        state = f"as of {moment(one.newest)}" if one.newest else "its age was not seen"
        lines += wrapped(f"{one.copy}, {state}", 2)
    if drive.read_with or drive.software:
        lines += wrapped(f"To read it: {', '.join(filter(None, (drive.read_with, drive.software)))}", 0)
    lines += wrapped(safe(move.note), 0) if move.note else []
    return [*lines, "", "Received  ________________________   Handed over  ________________________"]


def attested(studio: str, fact: Fact) -> dict[str, object]:
    """The JSON of `attest`; moments in epoch seconds."""
    return {
        "version": 1,
        "studio": studio,
        "attested": {
            "subject": fact.subject,
            "what": fact.what,
            "sort": fact.sort,
            "at": fact.at,
            "by": fact.by,
            "expires": fact.expires,
            "note": fact.note,
        },
    }


def moved(studio: str, move: Custody, before: str, copies: Sequence[Carried]) -> dict[str, object]:
    """The JSON of `move`; moments in epoch seconds."""
    return {
        "version": 1,
        "studio": studio,
        "moved": {
            "drive": move.drive,
            "from": before,
            "to": move.place,
            "at": move.at,
            "by": move.by,
            "expires": move.expires,
            "note": move.note,
        },
        "copies": [{"copy": one.copy, "newest": one.newest, "offsite": one.offsite} for one in copies],
    }
