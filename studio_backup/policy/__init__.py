"""3-2-1 over real failure domains: what counts, what one event leaves, what would mend it. Pure and offline."""

from __future__ import annotations

from studio_backup.policy.events import Event, events_of, survivors
from studio_backup.policy.holdings import Holding, holdings_of
from studio_backup.policy.live import Sight, judge_live
from studio_backup.policy.rules import Policy, policy_of
from studio_backup.policy.verdict import Finding, Verdict, judge

__all__ = [
    "Event",
    "Finding",
    "Holding",
    "Policy",
    "Sight",
    "Verdict",
    "events_of",
    "holdings_of",
    "judge",
    "judge_live",
    "policy_of",
    "survivors",
]
