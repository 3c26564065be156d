"""3-2-1 over real failure domains: what counts, what one event leaves, what would mend it. Pure and offline."""

from __future__ import annotations

from studio_backup.policy.counting import places_of
from studio_backup.policy.events import Event, events_of, survivors
from studio_backup.policy.holding import Holding
from studio_backup.policy.holdings import holdings_of
from studio_backup.policy.judging import judge
from studio_backup.policy.live import Sight, judge_live
from studio_backup.policy.matrix import Matrix, matrix_of
from studio_backup.policy.outcome import Left, Outcome, by_design, by_evidence
from studio_backup.policy.recovery import Pace
from studio_backup.policy.rules import policy_of
from studio_backup.policy.verdict import Finding, Verdict

__all__ = [
    "Event",
    "Finding",
    "Holding",
    "Left",
    "Matrix",
    "Outcome",
    "Pace",
    "Sight",
    "Verdict",
    "by_design",
    "by_evidence",
    "events_of",
    "holdings_of",
    "judge",
    "judge_live",
    "matrix_of",
    "places_of",
    "policy_of",
    "survivors",
]
