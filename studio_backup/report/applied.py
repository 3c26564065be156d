"""What an apply did, as lines while it goes, as a last line, and as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.apply import Applied, Result
from studio_backup.plan import Plan
from studio_backup.report import plan as report
from studio_backup.report.text import MARKS, Paint, count, safe


def lines_of_result(result: Result, paint: Paint, verbose: bool) -> list[str]:
    """One change: done, or why not and what the machine said."""
    change = result.change
    if result.done:
        lines = [f"{paint('done  ', 'good')} {MARKS[change.verb]} {safe(change.address)}"]
    else:
        lines = [
            f"{paint('FAILED', 'bad')} {MARKS[change.verb]} {safe(change.address)}",
            f"       {safe(result.reason)}",
        ]
    if result.log and (verbose or not result.done):
        lines += [f"       | {safe(line)}" for line in result.log.splitlines()]
    return lines


def summary(plan: Plan, applied: Applied, pending: Mapping[str, int], paint: Paint) -> str:
    """What was done, what failed, what waits, and what to type next."""
    done = sum(result.done for result in applied.results.values())
    planned = len(plan.acting())
    parts = [f"{done} of {count(planned, 'change')} done and seen"]
    if applied.failed:
        parts.append(paint(f"{len(applied.failed)} failed", "bad"))
    left = planned - len(applied.results)
    if left:
        parts.append(f"{left} not tried")
    parts += [f"{number} kept for {system} until it wakes" for system, number in pending.items() if number]
    following = "studio-backup apply goes on from here" if applied.failed or left else "studio-backup status"
    return f"\n{'; '.join(parts)}.\nNext: {following}"


def document(plan: Plan, results: Mapping[str, Result]) -> dict[str, object]:
    """The JSON of `apply`: the plan as it stands afterwards, and every result."""
    return {
        **report.document(plan),
        "results": [
            {
                "address": address,
                "verb": result.change.verb,
                "done": result.done,
                "reason": result.reason,
                "log": result.log,
            }
            for address, result in results.items()
        ],
    }
