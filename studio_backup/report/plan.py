"""A plan as a screen: every change that is not ok, a system at a time, and how many of what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from studio_backup.diff import Change
from studio_backup.overflow import Overflow
from studio_backup.parting import Parting
from studio_backup.plan import Plan
from studio_backup.report.differences import lines_of
from studio_backup.report.folding import folded, where, width
from studio_backup.report.text import MARKS, WIDTH, Paint, age, count, moment, safe, size, spaced, wrapped
from studio_backup.report.verdict import counterexample
from studio_backup.steps import destroying, steps_of

_WORDS = {
    "create": "to create",
    "update": "to update",
    "remove": "to remove",
    "watch": "watched",
    "conflict": "in conflict",
    "unread": "unread",
    "asleep": "asleep",
    "deferred": "deferred",
}


def screen(
    plan: Plan,
    paint: Paint,
    now: float,
    pending: Mapping[str, int],
    needed: Collection[str] = (),
    verbose: bool = False,
) -> list[str]:
    """Every change that is not ok, a system at a time. `pending`: how much each sleeping system is known to lack."""
    lines: list[str] = []
    for system, changes in _by_system(plan.changes).items():
        shown = [change for change in changes if verbose or change.verb != "ok" or change.reason]
        if not shown:
            continue
        lines += ["", paint(system, "bold")] if lines else [paint(system, "bold")]
        wide = width(shown, 13)
        lines += _whole_system(system, shown, paint, now, pending) or [
            line
            for block in ([[change] for change in shown] if verbose else folded(shown, plan.waves, needed))
            for line in (_fold(block, paint, wide) if len(block) > 1 else _change(plan, block[0], paint, needed, wide))
        ]
    for system, reason in sorted(plan.silent.items()):
        lines += ["", paint(system, "bold")] if lines else [paint(system, "bold")]
        text = f"{MARKS['unread']} could not be read, and what stands there is not known: {safe(reason)}"
        lines += [paint(line, "unread") for line in wrapped(text, 2)]
    return lines


def _by_system(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.resource.system, []).append(change)
    return dict(sorted(found.items()))


def _whole_system(
    system: str, changes: list[Change], paint: Paint, now: float, pending: Mapping[str, int]
) -> list[str] | None:
    """One line for a system that sleeps or could not be read at all."""
    verbs = {change.verb for change in changes}
    if verbs == {"asleep"}:
        since = getattr(changes[0].seen, "since", None)
        seen = f"not seen since {moment(since)} ({age(now - since)})" if since else "never seen yet"
        waiting = pending.get(system, 0)
        text = f"asleep, {seen}; {count(waiting, 'change')} pending" if waiting else f"asleep, {seen}"
        return [paint(line, "asleep") for line in wrapped(f"{MARKS['asleep']} {text}", 2)]
    reasons = {change.reason for change in changes}
    if verbs == {"unread"} and len(reasons) == 1 and len(changes) > 1:
        text = f"{MARKS['unread']} {count(len(changes), 'resource')} unread: {safe(reasons.pop())}"
        fix = wrapped(f"fix: {safe(changes[0].fix)}", 4) if changes[0].fix else []
        return [paint(line, "unread") for line in wrapped(text, 2)] + fix
    return None


def _fold(changes: list[Change], paint: Paint, wide: int) -> list[str]:
    change, place = changes[0], where(changes)
    text = f"  {MARKS[change.verb]} {change.resource.kind:<{wide}} {len(changes)} in {place}"
    hint = "(-v shows each)"
    if len(text) + 2 + len(hint) <= WIDTH:
        return [paint(text, change.verb) + paint(f"  {hint}", "dim")]
    return [paint(text, change.verb), paint(f"      {hint}", "dim")]


def _change(plan: Plan, change: Change, paint: Paint, needed: Collection[str], wide: int) -> list[str]:
    resource = change.resource
    tail = ["needed"] if change.address in needed else []
    if plan.waves.get(change.address, 1) > 1:
        tail.append(f"wave {plan.waves[change.address]}")
    if change.reason:
        tail.append(spaced(safe(change.reason)))
    line, extra = f"  {MARKS[change.verb]} {resource.kind:<{wide}} {safe(resource.name)}", f"({'; '.join(tail)})"
    beside = tail and len(line) + 2 + len(extra) <= WIDTH
    lines = [paint(line, change.verb) + (paint(f"  {extra}", "dim") if beside else "")]
    if tail and not beside:
        lines += [paint(text, "dim") for text in wrapped(extra, 6, 1)]
    for text in lines_of(change):
        lines += [paint(part, "dim") for part in wrapped(text, 6)]
    for text in [f"destroys {safe(stake)}" for step in steps_of(change) for stake in step.stakes]:
        lines += [paint(part, "bad") for part in wrapped(text, 6, 9)]
    for name in destroying(change):
        lines += wrapped(f"runs only with --allow-destroy {safe(name)}", 6, 5)
    if change.verb in ("conflict", "unread") and change.fix:
        lines += wrapped(f"fix: {safe(change.fix)}", 6, 5)
    return lines


def summary(plan: Plan, paint: Paint) -> str:
    """The last line: how many of what."""
    counts = plan.summary()
    parts = [paint(f"{counts[verb]} {word}", verb) for verb, word in _WORDS.items() if counts[verb]]
    fine = count(counts["ok"], "resource") + " as the spec wants them"
    if plan.silent:
        parts.append(paint(f"{count(len(plan.silent), 'system')} unread", "unread"))
    if not plan.silent and not any(counts[verb] for verb in _WORDS if verb != "asleep"):
        return f"Nothing to do: {', '.join([fine, *parts])}."
    # Colours take no room on the screen, so the length is that of the words alone.
    plain = ", ".join(
        [
            *(f"{counts[verb]} {word}" for verb, word in _WORDS.items() if counts[verb]),
            *([f"{count(len(plan.silent), 'system')} unread"] if plan.silent else []),
        ]
    )
    between = " " if len(plain) + len(fine) + 3 <= WIDTH else "\n"
    return f"{', '.join(parts)};{between}{fine}."


def overflowing(found: Sequence[Overflow]) -> list[str]:
    """A sentence for each volume that has not enough room."""
    lines = []
    for one in found:
        has = f"{size(one.room.free)} free" if one.empty else f"{size(one.room.size)} in all"
        text = f"{', '.join(one.copies)} cannot fit: {size(one.need)} at least, and {one.volume} has {has}"
        lines += wrapped(f"{text}; the job will refuse for want of space", 0)
    return lines


def parting(found: Sequence[Parting]) -> list[str]:
    """A sentence for each copy that would leave and is still needed, and what lets it go."""
    lines = []
    for one in found:
        lines += wrapped(f"{needed(one)}; apply lets it go only with --allow-destroy {safe(one.copy)}", 0)
    return lines


def needed(one: Parting) -> str:
    """Which copy leaves, and what would then be too much."""
    dataset = one.after.dataset
    return f"{safe(one.copy)} leaves, and {dataset.policy} still needs it: {counterexample(one.after)}"
