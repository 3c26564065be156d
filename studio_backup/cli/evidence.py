"""The studio's record as commands use it: where it stands, what it holds, and what a look adds to it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from studio_backup.backed_up import backed_up
from studio_backup.cli.settings import Settings
from studio_backup.diff import Asleep, drift_class
from studio_backup.errors import EvidenceError
from studio_backup.evidence import Evidence
from studio_backup.plan import Plan
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import Known
from studio_backup.spec.model import Studio
from studio_backup.spinning import spun_up
from studio_backup.survey import Answered, Survey


def record_path(studio: str) -> Path:
    """Where the studio's record stands, or will."""
    home = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    return home / "studio-backup" / studio / "evidence.sqlite"


def record_of(studio: str) -> Evidence:
    """The studio's record below $XDG_STATE_HOME. Raises EvidenceError when it cannot be used."""
    return Evidence(record_path(studio))


def evidence_of(settings: Settings, studio: str) -> Evidence:
    """The studio's record; one that cannot be used is replaced by a passing one, with a word."""
    try:
        return record_of(studio)
    except EvidenceError as error:
        settings.say(f"warning: {error.message}; going on without it ({error.fix})")
        return Evidence(Path(":memory:"))


def known_of(settings: Settings, studio: Studio) -> Known:
    """What the record holds of things that no job answers for."""
    record = evidence_of(settings, studio.name)
    return Known(facts=record.facts(), custody=record.custody(), drills=record.drills(), looks=record.observations())


def as_it_stands(settings: Settings, studio: Studio) -> Studio:
    """The studio with every drive where the record has it today; without drives the record is not looked at."""
    return as_moved(studio, evidence_of(settings, studio.name).custody()) if studio.drives else studio


def record(settings: Settings, evidence: Evidence, survey: Survey, plan: Plan) -> None:
    """Note what was seen; a record that cannot be written never spoils the command."""
    now = int(time.time())
    looked_at = [change.address for change in plan.changes if change.verb not in ("asleep", "unread")]
    findings = {
        change.address: drift_class(change)
        for change in plan.changes
        if change.verb not in ("ok", "asleep", "unread") or change.kept
    }
    # Only a system that may sleep is ever asked what it was last seen to have.
    machines = [name.split("/")[0] for name in survey.systems]
    shared = {name for name in survey.systems if machines.count(name.split("/")[0]) > 1}
    right = {
        c.address: c.want.digest()
        for c in plan.changes
        if c.want is not None and c.verb == "ok" and c.want.system in shared
    }
    try:
        with evidence.at_once():
            evidence.record_systems(
                now,
                [name for name, sighting in survey.systems.items() if isinstance(sighting, Answered)],
                [name for name, sighting in survey.systems.items() if isinstance(sighting, Asleep)],
            )
            evidence.record_findings(now, looked_at, findings)
            evidence.record_applied(now, right)
            known = evidence.facts()
            made = backed_up((change.seen for change in plan.changes), known, now)
            for fact in (*spun_up(plan.changes, known, now), *made):
                evidence.attest(fact)
    except EvidenceError as error:
        settings.say(f"warning: {error.message}")


def pending_of(evidence: Evidence, plan: Plan) -> dict[str, int]:
    """For each sleeping system, how many of its resources were never seen as the spec now wants them."""
    applied = evidence.applied()
    pending: dict[str, int] = {}
    for change in plan.changes:
        if change.verb == "asleep" and change.want is not None:
            lacks = applied.get(change.address) != change.want.digest()
            pending[change.resource.system] = pending.get(change.resource.system, 0) + lacks
    return pending
