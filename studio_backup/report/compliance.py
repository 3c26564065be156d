"""What a report on a studio is made of: verdicts, differences, every declared system, waivers, what came before."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from studio_backup.diff import Asleep, Change
from studio_backup.plan import Plan
from studio_backup.policy import Matrix, Verdict
from studio_backup.policy.due import Due
from studio_backup.spec.model import Machine, Studio, System, Waiver
from studio_backup.status import Standing
from studio_backup.survey import Answered, Sighting, Silent, Survey

#: Every class of a difference, the worst first, with what it means.
CLASSES = {
    "conflict": "needs a human",
    "drifted": "changed on the machine since we wrote it",
    "pending": "the spec moved on and was not applied",
    "orphan": "ours, and no longer in the spec",
    "posture": "watched only: apply does not change it",
    "unread": "could not be seen: neither fine nor broken",
    "asleep": "its system is not the one that is booted",
}
#: Every state of a system, with what it means.
STATES = {
    "seen": "answered",
    "unread": "could not be read",
    "overslept": "has been asleep for longer than its limit",
    "asleep": "its machine booted the other system",
    "left-out": "not in what this report covers",
}
#: Every word that a report counts, and that a history is made of.
WORDS = (
    "ok", *CLASSES, "waived", "expired-waiver", "OK", "FAIL", "UNKNOWN", "NONE",
    *(f"system-{state}" for state in STATES),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is not as the spec wants it; `waiver` is who answers for it, None for nobody."""

    change: Change
    word: str  # of CLASSES
    since: int | None
    waiver: Waiver | None


@dataclass(frozen=True, kw_only=True)
class Sighted:
    """One declared system; `seen` is when it last answered (epoch seconds), None for never."""

    machine: Machine
    system: System
    state: str  # of STATES
    seen: int | None
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Waived:
    """One waiver: active, idle (nothing differs there now), expired, or it names nothing; `fix` for the last two."""

    waiver: Waiver
    state: str  # active | idle | expired | names-nothing
    differences: int
    fix: str = ""

    @property
    def is_finding(self) -> bool:
        """True for one that somebody must do something about."""
        return self.state in ("expired", "names-nothing")


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that a report tells, whatever its format."""

    studio: str
    at: int  # epoch seconds
    covers: str  # what was chosen, "" for the whole studio
    plan: Plan
    differences: tuple[Difference, ...]
    systems: tuple[Sighted, ...]
    waived: tuple[Waived, ...]
    verdicts: tuple[Verdict, ...]
    copies: tuple[Standing, ...]
    matrices: tuple[Matrix, ...]  # what disasters would leave, if every job runs
    noticed_after: int  # seconds
    due: tuple[Due, ...]  # soonest first
    history: tuple[tuple[int, Mapping[str, int]], ...]  # earlier reports on the whole studio and this one

    def counts(self) -> dict[str, int]:
        """How many of each word: what a history is made of. What is waived counts as `waived` alone."""
        words = [one.word if one.waiver is None else "waived" for one in self.differences]
        words += ["expired-waiver" for one in self.waived if one.is_finding]
        words += [verdict.word for verdict in self.verdicts]
        words += [f"system-{one.state}" for one in self.systems]
        return {"ok": self.plan.summary()["ok"], **{word: words.count(word) for word in dict.fromkeys(words)}}

    @property
    def counting(self) -> Plan:
        """The plan without what is waived: what an exit code is about."""
        waived = {one.change.address for one in self.differences if one.waiver}
        return dataclasses.replace(self.plan, changes=tuple(c for c in self.plan.changes if c.address not in waived))

    @property
    def unheard(self) -> tuple[Sighted, ...]:
        """Systems that could not be read and of which the spec wants nothing: no difference speaks for them."""
        told = {one.change.resource.system for one in self.differences}
        return tuple(one for one in self.systems if one.state == "unread" and one.system.full_name not in told)

    @property
    def word(self) -> str:
        """FAIL when a dataset is not safe, UNKNOWN when nobody can say, else OK; NONE without a dataset."""
        words = {verdict.word for verdict in self.verdicts}
        return next((word for word in ("FAIL", "UNKNOWN", "OK") if word in words), "NONE")


def systems_of(studio: Studio, survey: Survey, seen: Mapping[str, tuple[int, bool]], now: int) -> tuple[Sighted, ...]:
    """Every declared system, looked at or not. `seen`: when each answered, False when it never did (see Evidence)."""
    return tuple(
        _sighted(machine, system, survey.systems.get(system.full_name), seen.get(system.full_name), now)
        for machine in studio.machines.values()
        for system in machine.systems.values()
    )


def _sighted(
    machine: Machine, system: System, sighting: Sighting | None, known: tuple[int, bool] | None, now: int
) -> Sighted:
    last = known[0] if known and known[1] else None
    match sighting:
        case Answered():
            return Sighted(machine=machine, system=system, state="seen", seen=now)
        case Silent(reason, _, fix):
            return Sighted(machine=machine, system=system, state="unread", seen=last, reason=reason, fix=fix)
        case Asleep(since):
            overslept = since is not None and now - since > machine.asleep_limit
            return Sighted(machine=machine, system=system, state="overslept" if overslept else "asleep", seen=last)
    return Sighted(machine=machine, system=system, state="left-out", seen=last)
