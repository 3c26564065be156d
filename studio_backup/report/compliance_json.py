"""The JSON of `drift`: the whole report as one document (schemas/report.json)."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.report import due, status, verdict, what_if
from studio_backup.report.compliance import WORDS, Difference, Report, Sighted, Waived
from studio_backup.report.plan_json import VERSION, change_json


def document(report: Report) -> dict[str, object]:
    """Every part of the report; of resources only what differs."""
    events = what_if.document(report.studio, report.matrices, report.noticed_after)
    return {
        "version": VERSION,
        "studio": report.studio,
        "at": report.at,
        "covers": report.covers or None,
        "verdict": report.word,
        "summary": report.plan.summary(),
        "changes": [_difference(one) for one in report.differences],
        "systems": [_system(one) for one in report.systems],
        "waivers": [_waived(one) for one in report.waived],
        "verdicts": verdict.document(report.studio, report.verdicts)["verdicts"],
        "copies": status.document(report.studio, report.copies, report.at)["jobs"],
        "noticed_after": events["noticed_after"],
        "events": events["events"],
        "due": due.document(report.studio, report.due, report.at)["due"],
        "history": [{"at": at, "counts": _known(counts)} for at, counts in report.history],
    }


def _known(counts: Mapping[str, int]) -> dict[str, int]:
    """Without what another version of this program may have counted."""
    return {word: counts[word] for word in WORDS if counts.get(word, -1) >= 0}


def _difference(one: Difference) -> dict[str, object]:
    waiver = one.waiver.name if one.waiver else None
    return {**change_json(one.change), "class": one.word, "since": one.since, "waiver": waiver}


def _system(one: Sighted) -> dict[str, object]:
    return {
        "system": one.system.full_name,
        "os": one.system.os,
        "site": one.machine.site,
        "room": f"{one.machine.site}/{one.machine.room}" if one.machine.room else None,
        "state": one.state,
        "seen": one.seen,
        "reason": one.reason,
        "fix": one.fix,
    }


def _waived(one: Waived) -> dict[str, object]:
    return {
        "waiver": one.waiver.name,
        "addresses": list(one.waiver.addresses),
        "owner": one.waiver.owner,
        "reason": one.waiver.reason,
        "expires": one.waiver.expires,
        "state": one.state,
        "differences": one.differences,
        "fix": one.fix,
        "source": str(one.waiver.place),
    }
