"""Drift as a screen: what differs, where the spec says otherwise, since when, and the smallest fix."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.diff import Change, drift_class
from studio_backup.plan import Plan
from studio_backup.report.differences import lines_of
from studio_backup.report.plan import source_of
from studio_backup.report.text import MARKS, WIDTH, Paint, count, moment, safe, spaced, wrapped

_MEANING = {
    "pending": "the spec moved on and was not applied",
    "drifted": "changed on the machine since we wrote it",
    "orphan": "ours, and no longer in the spec",
    "posture": "watched only: apply does not change it",
    "conflict": "needs a human",
    "unread": "could not be seen: neither fine nor broken",
    "asleep": "its system is not the one that is booted",
}
_FIXES = {
    "pending": "studio-backup apply",
    "drifted": "studio-backup apply puts it back; or change the spec",
    "orphan": "studio-backup apply removes it",
}


def screen(plan: Plan, paint: Paint, since: Mapping[str, int]) -> list[str]:
    """Findings by class, the worst first; a sleeping system is one line."""
    findings: dict[str, list[Change]] = {}
    for change in plan.changes:
        if change.verb != "ok" or change.kept:
            findings.setdefault(drift_class(change), []).append(change)
    lines: list[str] = []
    for word in ("conflict", "drifted", "pending", "orphan", "posture", "unread", "asleep"):
        if word in findings:
            lines += [*([""] if lines else []), paint(f"{word}: {_MEANING[word]}", "bold")]
            lines += _asleep(findings[word]) if word == "asleep" else []
            lines += [] if word == "asleep" else _findings(findings[word], word, paint, since)
    return lines


def _asleep(changes: list[Change]) -> list[str]:
    systems = sorted({change.resource.system for change in changes})
    return [f"  {MARKS['asleep']} {system}" for system in systems]


def _findings(changes: list[Change], word: str, paint: Paint, since: Mapping[str, int]) -> list[str]:
    """One after another; a system of which nothing could be read is one finding."""
    lines: list[str] = []
    told: set[tuple[str, str]] = set()
    for change in changes:
        key = (change.resource.system, change.reason)
        same = [other for other in changes if (other.resource.system, other.reason) == key]
        if word != "unread" or len(same) == 1:
            lines += _finding(change, word, paint, since)
        elif key not in told:
            told.add(key)
            lines.append(paint(f"  {MARKS['unread']} {key[0]}, {count(len(same), 'resource')}", "unread"))
            lines += wrapped(f"why    {spaced(safe(change.reason))}", 6, 7)
            lines += wrapped(f"fix    {safe(change.fix)}", 6, 7) if change.fix else []
    return lines


def _finding(change: Change, word: str, paint: Paint, since: Mapping[str, int]) -> list[str]:
    known = since.get(change.address)
    resource = change.resource
    heading = f"{MARKS[change.verb]} {resource.system} {resource.kind} {safe(resource.name)}"
    lines = [paint(line, change.verb) for line in wrapped(heading, 2, 4)]
    lines.append(f"      spec   {safe(source_of(change))}")
    if change.reason:
        lines += wrapped(f"why    {spaced(safe(change.reason))}", 6, 7)
    lines.append(f"      since  {moment(known)}" if known else "      since  first seen now")
    fix = change.fix or ("mend what it needs first" if change.verb == "deferred" else _FIXES.get(word, ""))
    lines += wrapped(f"fix    {safe(fix)}", 6, 7) if fix else []
    for text in lines_of(change):
        lines += [paint(part, "dim") for part in wrapped(text, 6)]
    return lines


def summary(plan: Plan) -> str:
    """The last line."""
    words: dict[str, int] = {}
    for change in plan.changes:
        if change.verb != "ok" or change.kept:
            words[drift_class(change)] = words.get(drift_class(change), 0) + 1
    fine = count(plan.summary()["ok"], "resource") + " as the spec wants them"
    parts = [f"{number} {word}" for word, number in words.items()]
    if set(words) <= {"asleep"}:
        return f"No drift: {', '.join([fine, *parts])}."
    line = f"{', '.join(parts)}; {fine}."
    return line if len(line) <= WIDTH else line.replace("; ", ";\n")
