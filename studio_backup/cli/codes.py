"""Exit codes of what a plan shows; the worst wins: 1 5 6 4 2 3 0."""

from __future__ import annotations

from studio_backup.plan import Plan

CHANGES, UNSEEN = 2, 3


def of_plan(plan: Plan, overslept: bool) -> int:
    """2 when anything is to be done or looked at, 3 when nothing worse than something unseen, else 0.

    `overslept` is true when a system has been asleep for longer than its limit.
    """
    counts = plan.summary()
    if any(counts[verb] for verb in ("create", "update", "remove", "watch", "conflict")):
        return CHANGES
    return UNSEEN if counts["unread"] or counts["deferred"] or plan.silent or overslept else 0
