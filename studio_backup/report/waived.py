"""Which waiver answers for which difference today, and how each waiver stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from studio_backup.diff import Change, drift_class
from studio_backup.plan import Plan
from studio_backup.report.compliance import Difference, Waived
from studio_backup.spec.model import Waiver
from studio_backup.spec.wording import suggest


def differences_of(plan: Plan, waivers: Sequence[Waiver], now: int) -> tuple[Difference, ...]:
    """Everything that is not as the spec wants it, with the waiver that holds for it today."""
    holding = [waiver for waiver in waivers if not expired(waiver, now)]
    return tuple(
        Difference(
            change=change,
            word=drift_class(change),
            since=None,
            waiver=next((waiver for waiver in holding if _answers_for(waiver, change)), None),
        )
        for change in plan.changes
        if change.verb != "ok" or change.kept
    )


def _answers_for(waiver: Waiver, change: Change) -> bool:
    """What could not be read may be anything: it is waived where its machine is named, not by a pattern for all."""
    if drift_class(change) != "unread":
        return covers(waiver, change.address)
    machine = change.address.partition("/")[0]
    return any(one.partition("/")[0] == machine and fits(one, change.address) for one in waiver.addresses)


def covers(waiver: Waiver, address: str) -> bool:
    """True for an address that the waiver names."""
    return any(fits(pattern, address) for pattern in waiver.addresses)


def fits(pattern: str, address: str) -> bool:
    """An address fits itself, whatever is in its name, and a pattern with * and ?."""
    return pattern == address or fnmatchcase(address, pattern.replace("[", "[[]"))


def expired(waiver: Waiver, now: int) -> bool:
    """True once its last day is over, in UTC."""
    return waiver.expires < datetime.fromtimestamp(now, UTC).date().isoformat()


def waived_of(
    waivers: Sequence[Waiver], differences: Iterable[Difference], known: Sequence[str], now: int, whole: bool
) -> tuple[Waived, ...]:
    """How each waiver stands. `known`: every address there is.

    Of a part of a studio it is not judged what names nothing: what is no longer in the spec is not looked for there.
    """
    found = list(differences)
    return tuple(_waived(waiver, found, known, now, whole) for waiver in waivers)


def _waived(waiver: Waiver, found: Sequence[Difference], known: Sequence[str], now: int, whole: bool) -> Waived:
    differing = sum(_answers_for(waiver, one.change) for one in found)
    if expired(waiver, now):
        return Waived(waiver=waiver, state="expired", differences=differing, fix="mend it, or give it a new day")
    lost = [] if not whole else [pattern for pattern in waiver.addresses if not any(fits(pattern, a) for a in known)]
    if lost:
        fix = suggest(lost[0], known, "take its address from studio-backup drift, or delete it")
        return Waived(waiver=waiver, state="names-nothing", differences=differing, fix=f"{lost[0]}: {fix}")
    return Waived(waiver=waiver, state="active" if differing else "idle", differences=differing)
