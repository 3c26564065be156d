"""`drift --notify`: who is told what is new, after the report is written; what could not be sent is sent next time."""

from __future__ import annotations

from studio_backup.cli.settings import Settings
from studio_backup.errors import EvidenceError, UsageError
from studio_backup.evidence import Evidence
from studio_backup.looking import Scope
from studio_backup.report.compliance import Report
from studio_backup.report.message import known_by, messages, remembered
from studio_backup.report.text import safe
from studio_backup.spec.model import Studio


def check(studio: Studio, scope: Scope, no_record: bool) -> None:
    """Whether anybody could be told: found out before the machines are asked. Raises UsageError."""
    if not studio.receivers:
        raise UsageError("the inventory has no notify:", "add who is told, and where: docs/report.md")
    if not scope.whole:
        raise UsageError("--notify speaks for the whole studio", "leave out --only, --except and -p")
    if no_record:
        raise UsageError("--notify needs the record: it tells what is new", "leave out --no-record")
    from studio_backup import notify

    notify.check()


def tell(settings: Settings, evidence: Evidence, studio: Studio, report: Report) -> bool:
    """Send what is new to whom it concerns; False when somebody could not be told."""
    from studio_backup import notify

    record = evidence.told()
    before = {receiver.name: remembered(record, receiver) for receiver in studio.receivers}
    waiting = [(one, messages(report, one, before[one.name])) for one in studio.receivers]
    ended = notify.deliver([(one, found) for one, found in waiting if found])
    for name, why in ended.items():
        if why:
            settings.say(f"warning: {name} could not be told: {safe(why)}")
    try:
        with evidence.at_once():
            for one in studio.receivers:
                now = known_by(report, one.silent_after, before[one.name])
                if not ended.get(one.name) and now != before[one.name]:
                    evidence.record_told(report.at, one.name, now.text())
    except EvidenceError as error:
        settings.say(f"warning: {error.message}")
    return not any(ended.values())
