"""What an apply did, as lines while it goes, as a last line, and as a JSON document."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence

from studio_backup.apply import Applied
from studio_backup.evidence import Pending
from studio_backup.plan import Plan
from studio_backup.report import plan_json
from studio_backup.report.folding import folded, where, width
from studio_backup.report.text import MARKS, Paint, count, safe, spaced, wrapped
from studio_backup.result import Result


def lines_of_wave(results: Sequence[Result], paint: Paint, verbose: bool) -> list[str]:
    """What one wave did, a system at a time: what is done, what not and why, what the machine said to it."""
    by_system: dict[str, dict[str, Result]] = {}
    for result in results:
        by_system.setdefault(result.change.resource.system, {})[result.change.address] = result
    lines: list[str] = []
    for system, found in sorted(by_system.items()):
        lines += ["", paint(system, "bold")]
        apart = {address for address, result in found.items() if not result.done or verbose}
        changes = [result.change for result in found.values()]
        wide = width(changes, 12)
        for block in folded(changes, {}, apart):
            text = f"{len(block)} in {where(block)}" if len(block) > 1 else safe(block[0].resource.name)
            lines += _lines(found[block[0].address], text, paint, verbose, wide)
    return lines


def _lines(result: Result, text: str, paint: Paint, verbose: bool, wide: int) -> list[str]:
    word = paint("done  ", "good") if result.done else paint("FAILED", "bad")
    lines = [f"  {word} {MARKS[result.change.verb]} {result.change.resource.kind:<{wide}} {text}"]
    if not result.done:
        lines += wrapped(spaced(safe(result.reason)), 9)
    if result.log and (verbose or not result.done):
        lines += [f"         | {safe(line)}" for line in result.log.splitlines()]
    return lines


def summary(
    plan: Plan,
    applied: Applied,
    pending: Mapping[str, int],
    paint: Paint,
    stopped: str = "",
    later: Sequence[Pending] = (),
    rollout: bool = False,
) -> str:
    """What was done, what failed, what waits, and what to type next. `stopped`: why a rollout ended early."""
    done = sum(result.done for result in applied.results.values())
    planned = len(plan.acting())
    parts = [f"{done} of {count(planned, 'change')} done and seen"]
    if applied.failed:
        parts.append(paint(f"{len(applied.failed)} failed", "bad"))
    if applied.held:
        parts.append(paint(f"{len(applied.held)} held back", "bad"))
    untried = planned - len(applied.results) - len(applied.held)
    if untried > 0:
        parts.append(f"{untried} not tried")
    if later:
        parts.append(f"{count(len(later), 'system')} later")
    kept = {system: number for system, number in pending.items() if number}
    parts += [f"{number} kept for {system} until it wakes" for system, number in list(kept.items())[:2]]
    if len(kept) > 2:
        parts.append(f"and more for {count(len(kept) - 2, 'sleeping system')}")
    missing = dict.fromkeys(name for names in applied.held.values() for name in names)
    if missing and not applied.failed:
        following = naming(missing)
    elif applied.failed or untried > 0 or stopped or later:
        following = f"studio-backup apply{' --pending' if rollout else ''} goes on from here"
    else:
        following = "studio-backup status"
    end = ["", *wrapped(f"Stopped: {safe(stopped)}.", 0)] if stopped else []
    return "\n".join([*end, "", *wrapped(f"{'; '.join(parts)}.", 0, 0), f"Next: {following}"])


def naming(names: Iterable[str]) -> str:
    """The command that gives these names to --allow-destroy."""
    return f"studio-backup apply {' '.join(f'--allow-destroy {shlex.quote(name)}' for name in names)}"


def document(
    plan: Plan, results: Mapping[str, Result], left: Iterable[Pending] = (), rollout: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The JSON of `apply`: the plan as it stands afterwards, every result, what is left, and how a rollout went."""
    return {
        **plan_json.document(plan),
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
        "pending": [{"system": one.system, "word": one.word, "reason": one.reason, "until": one.until} for one in left],
        **({"rollout": rollout} if rollout is not None else {}),
    }
