"""What falls due, and when: spinning up, age, warranty, refreshing, drills, words that run out, copies by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from studio_backup.facts import BAG, Custody, Drill, Fact, Observation, latest
from studio_backup.policy.subjects import subjects
from studio_backup.spec.model import Dataset, Disk, Studio
from studio_backup.spec.outside import Drive
from studio_backup.spec.rules import Policy
from studio_backup.spec.schedule import DAY
from studio_backup.spec.tools import ATTESTED

#: From three years on a disk has to be reckoned with; after five it is overdue.
_SERVES, _WORN = 3 * 365 * DAY, 5 * 365 * DAY
#: Media that wear with the years that they run.
_WEARING = ("hdd", "ssd", "nvme")
OVERDUE, SOON, LATER, UNKNOWN = "overdue", "soon", "later", "unknown"


@dataclass(frozen=True, kw_only=True)
class Due:
    """One thing to do by a day. `when` None: nothing is known of it, so it is to be done now."""

    subject: str
    what: str  # one word: spin-up, age, warranty, refresh, drill, mfa, made, custody …
    when: int | None
    note: str
    fix: str
    ahead: int = 30 * DAY  # how long before it is told as soon

    def state(self, now: float) -> str:
        """`overdue`, `soon`, `later`, or `unknown` for what was never noted."""
        if self.when is None:
            return UNKNOWN
        return OVERDUE if self.when <= now else SOON if self.when <= now + self.ahead else LATER


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that the record holds of it."""

    facts: Sequence[Fact] = ()
    custody: Mapping[str, Custody] | None = None
    drills: Sequence[tuple[int, Drill]] = ()
    looks: Mapping[str, Observation] | None = None


def due_of(studio: Studio, policies: Mapping[str, Policy | None], known: Known) -> list[Due]:
    """Everything with a date, soonest first; what nobody knows anything of stands first of all.

    `policies`: of each dataset, by its full name.
    """
    found = [
        *(one for drive in studio.drives.values() for one in _of_drive(studio, drive, known)),
        *(
            one
            for machine in studio.machines.values()
            for disk in machine.disks.values()
            if not disk.travels
            for one in _of_disk(f"{machine.name}/{disk.name}", disk)
        ),
        *_of_accounts(studio, known),
        *(one for dataset in studio.datasets.values() for one in _of_dataset(dataset, policies, known)),
        *_of_words(studio, known),
        *_of_custody(studio, known),
        *_of_locations(studio),
    ]
    return sorted(found, key=lambda one: (one.when or 0, one.subject, one.what))


def day(text: str) -> int:
    """The end of an ISO date, in epoch seconds (UTC): what is due on a day is overdue on the next."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) + DAY


def _of_drive(studio: Studio, drive: Drive, known: Known) -> Iterator[Due]:
    name = f"drive:{drive.name}"
    if drive.spin_up_every is not None:
        last = _last_spin(studio, drive, known)
        yield Due(
            subject=name,
            what="spin-up",
            when=None if last is None else last + drive.spin_up_every,
            note="plug it in, read a file",
            fix=f"studio-backup attest {name} --by NAME",
        )
    yield from _aging(name, drive.medium, drive.in_service, drive.warranty_until)
    if drive.refresh_by:
        yield Due(subject=name, what="refresh", when=day(drive.refresh_by), note="write what is on it anew",
                  fix=f"write it anew, then change refresh_by of {drive.name} ({drive.place})")  # fmt: skip


def _last_spin(studio: Studio, drive: Drive, known: Known) -> int | None:
    """A copy that was seen on it, somebody's word, or the day it went into service."""
    said = latest(known.facts, f"drive:{drive.name}", "spun-up")
    seen = [
        look.at
        for dataset in studio.datasets.values()
        for copy in dataset.copies.values()
        if studio.machines[copy.machine].volumes[copy.volume].on == drive.name
        and (look := (known.looks or {}).get(copy.full_name)) is not None
    ]
    began = [day(drive.in_service) - DAY] if drive.in_service else []
    return max([*([said.at] if said else []), *seen, *began], default=None)


def _of_disk(name: str, disk: Disk) -> Iterator[Due]:
    yield from _aging(f"disk:{name}", disk.medium, disk.in_service, disk.warranty_until)


def _aging(name: str, medium: str, in_service: str | None, warranty_until: str | None) -> Iterator[Due]:
    if in_service and medium in _WEARING:
        yield Due(
            subject=name,
            what="age",
            when=day(in_service) - DAY + _WORN,
            ahead=_WORN - _SERVES,
            note="5 years; 3 is what they last",
            fix=f"put a new one in the place of {name}; the old one may serve on as an extra copy",
        )
    if warranty_until:
        yield Due(subject=name, what="warranty", when=day(warranty_until), note="the warranty ends",
                  fix=f"look at the health of {name} while a replacement is free")  # fmt: skip


def _of_accounts(studio: Studio, known: Known) -> Iterator[Due]:
    for account in studio.accounts.values():
        name = f"account:{account.name}"
        # Any word that still holds is believed, that of the spec, too: it is due when the last of them has run out.
        said = [fact for fact in known.facts if (fact.subject, fact.what) == (name, "mfa")]
        ends = [(fact.expires, f"{fact.by}'s word runs out") for fact in said if fact.expires is not None]
        asked = "is a second factor asked?"
        if account.mfa is not None:
            ends.append((day(account.mfa.until), asked))
        when, note = max(ends, default=(None, asked))
        if len(ends) - (account.mfa is not None) == len(said):  # else one of them holds for ever
            yield Due(subject=name, what="mfa", when=when, note=note, fix=f"studio-backup attest {name} --by NAME")


def _of_dataset(dataset: Dataset, policies: Mapping[str, Policy | None], known: Known) -> Iterator[Due]:
    policy = policies.get(dataset.full_name)
    if policy is not None and policy.drill is not None:
        for name in (*dataset.copies, *dataset.external):
            done = [at for at, drill in known.drills if (drill.dataset, drill.copy) == (dataset.full_name, name)]
            said = latest(known.facts, f"copy:{dataset.full_name}/{name}", "restored")
            moments = [*done, *([said.at] if said else [])]
            restore = f"studio-backup restore {dataset.full_name} --from {name} --to MACHINE:DIR"
            attest = f"studio-backup attest copy:{dataset.full_name}/{name} --what restored --by NAME"
            yield Due(subject=f"copy:{dataset.full_name}/{name}", what="drill",
                      when=max(moments) + policy.drill if moments else None, note="restore, to prove it",
                      fix=restore if name in dataset.copies else attest)  # fmt: skip
    for copy in dataset.copies.values():
        if copy.mode == "clone" and dataset.role == "system":
            name = f"copy:{copy.full_name}"
            said = latest(known.facts, name, "boots")
            # Said to hold for ever, it is due no more; never said, it is no fact at all.
            if said is None or said.expires is not None:
                yield Due(subject=name, what="boots", when=said.expires if said else None,
                          note="start the machine from it, to know",
                          fix=f"studio-backup attest {name} --what boots --by NAME")  # fmt: skip
    for external in dataset.external.values():
        if external.level == ATTESTED:
            name = f"copy:{external.full_name}"
            said = latest(known.facts, name, "made")
            yield Due(subject=name, what="made", when=said.at + external.max_age if said else None,
                      note="make it, and say so", fix=f"studio-backup attest {name} --by NAME")  # fmt: skip


def _of_words(studio: Studio, known: Known) -> Iterator[Due]:
    """Each last word that has an end; what has a date of its own above is not told twice, what is gone not at all."""
    there = set(subjects(studio))
    last = {(fact.subject, fact.what): fact for fact in known.facts if fact.subject in there}
    for (subject, what), fact in last.items():
        own = what in ("spun-up", "made", "restored", "mfa") or (what == "boots" and subject.startswith("copy:"))
        if fact.expires is not None and not own:
            yield Due(subject=subject, what=what, when=fact.expires, note=f"{fact.by}'s word runs out",
                      fix=f"studio-backup attest {subject} --what {what} --by NAME")  # fmt: skip


def _of_custody(studio: Studio, known: Known) -> Iterator[Due]:
    for move in (known.custody or {}).values():
        if move.expires is not None and move.drive in studio.drives:
            note = "has it arrived?" if move.place.startswith(BAG) else "is it still there?"
            yield Due(
                subject=f"drive:{move.drive}",
                what="custody",
                when=move.expires,
                note=f"{move.place}: {note}",
                fix=f"studio-backup move {move.drive} --to PLACE --by NAME",
            )


def _of_locations(studio: Studio) -> Iterator[Due]:
    for site in studio.sites.values():
        if site.until is not None:
            yield Due(subject=f"site:{site.name}", what="end", when=day(site.until), note="bring home what is there",
                      fix="move its drives, then take it out of the spec")  # fmt: skip
