"""A report as a screen: what differs, where the spec says otherwise, the verdicts, and when each system was seen."""

from __future__ import annotations

from studio_backup.policy.verdict import FAIL, UNKNOWN
from studio_backup.report.compliance import CLASSES, Difference, Report
from studio_backup.report.differences import lines_of
from studio_backup.report.grouping import FIXES
from studio_backup.report.plan_json import source_of
from studio_backup.report.text import MARKS, Paint, columns, count, moment, safe, spaced, wrapped

_COLOURS = {"OK": "good", FAIL: "bad", UNKNOWN: "unread", "NONE": "dim"}


def screen(report: Report, paint: Paint) -> list[str]:
    """Differences by class, the worst first; a sleeping system is one line. Then waivers, verdicts and systems."""
    parts: list[list[str]] = []
    for word, meaning in CLASSES.items():
        found = [one for one in report.differences if one.word == word and one.waiver is None]
        if found:
            told = _asleep(found) if word == "asleep" else _findings(found, word, paint)
            parts.append([paint(f"{word}: {meaning}", "bold"), *told])
    parts += [part for part in (_waived(report, paint), _verdicts(report, paint), _systems(report, paint)) if part]
    return [line for number, part in enumerate(parts) for line in ([""] if number else []) + part]


def _asleep(differences: list[Difference]) -> list[str]:
    systems = sorted({one.change.resource.system for one in differences})
    return [f"  {MARKS['asleep']} {system}" for system in systems]


def _findings(differences: list[Difference], word: str, paint: Paint) -> list[str]:
    """One after another; a system of which nothing could be read is one finding."""
    lines: list[str] = []
    told: set[tuple[str, str]] = set()
    for one in differences:
        change = one.change
        key = (change.resource.system, change.reason)
        same = [other for other in differences if (other.change.resource.system, other.change.reason) == key]
        if word != "unread" or len(same) == 1:
            lines += _finding(one, paint)
        elif key not in told:
            told.add(key)
            lines.append(paint(f"  {MARKS['unread']} {key[0]}, {count(len(same), 'resource')}", "unread"))
            lines += wrapped(f"why    {spaced(safe(change.reason))}", 6, 7)
            lines += wrapped(f"fix    {safe(change.fix)}", 6, 7) if change.fix else []
    return lines


def _finding(one: Difference, paint: Paint) -> list[str]:
    change, resource = one.change, one.change.resource
    heading = f"{MARKS[change.verb]} {resource.system} {resource.kind} {safe(resource.name)}"
    lines = [paint(line, change.verb) for line in wrapped(heading, 2, 4)]
    lines.append(f"      spec   {safe(source_of(change))}")
    if change.reason:
        lines += wrapped(f"why    {spaced(safe(change.reason))}", 6, 7)
    lines.append(f"      since  {moment(one.since)}" if one.since else "      since  first seen now")
    fix = change.fix or ("mend what it needs first" if change.verb == "deferred" else FIXES.get(one.word, ""))
    lines += wrapped(f"fix    {safe(fix)}", 6, 7) if fix else []
    for text in lines_of(change):
        lines += [paint(part, "dim") for part in wrapped(text, 6)]
    return lines


def _waived(report: Report, paint: Paint) -> list[str]:
    """Every waiver that hides something, and every one that somebody must look at."""
    lines: list[str] = []
    for one in report.waived:
        if one.state == "idle":
            continue
        waiver = one.waiver
        told = {"active": "waived", "expired": "expired", "names-nothing": "names nothing"}[one.state]
        text = f"{told}: {waiver.name}, {count(one.differences, 'difference')}, {waiver.owner}: {waiver.reason}"
        lines += [paint(line, "bad" if one.is_finding else "dim") for line in wrapped(safe(text), 2, 4)]
        lines.append(f"      until  {waiver.expires}  {waiver.place}")
        lines += wrapped(f"fix    {safe(one.fix)}", 6, 7) if one.fix else []
    hidden = [one for one in report.differences if one.waiver is not None]
    for difference in hidden:
        resource = difference.change.resource
        told = f"{difference.word}  {resource.system} {resource.kind} {resource.name}"
        lines += wrapped(safe(told), 6, 4)
    return [paint("waivers: somebody answers for it", "bold"), *lines] if lines else []


def _verdicts(report: Report, paint: Paint) -> list[str]:
    rows = [(verdict.dataset.full_name, verdict.word) for verdict in report.verdicts]
    lines: list[str] = []
    for text, verdict in zip(columns([("DATASET", "VERDICT"), *rows])[1:], report.verdicts, strict=True):
        lines.append(text.removesuffix(verdict.word) + paint(verdict.word, _COLOURS[verdict.word]))
        if verdict.word == UNKNOWN:
            lines += wrapped(f"not seen: {', '.join(verdict.unseen)}", 2)
        for finding in verdict.findings if verdict.word == FAIL else ():
            lines += wrapped(f"{finding.rule}: {finding.message}", 2, 4)
            lines += wrapped(spaced(f"fix: {finding.fix} ({finding.place})"), 4, 5)
    return [paint(columns([("DATASET", "VERDICT"), *rows])[0], "bold"), *lines] if rows else []


def _systems(report: Report, paint: Paint) -> list[str]:
    rows = [(one.system.full_name, one.state.replace("-", " "), moment(one.seen)) for one in report.systems]
    lines = columns([("SYSTEM", "STATE", "LAST SEEN"), *rows])
    return [paint(lines[0], "bold"), *lines[1:]] if rows else []


def summary(report: Report) -> str:
    """The last lines: what part it is about, the verdicts, what differs."""
    lines = wrapped(f"Only a part of the studio: {safe(report.covers)}.", 0) if report.covers else []
    words = [verdict.word for verdict in report.verdicts]
    told = ", ".join(f"{words.count(word)} {word}" for word in _COLOURS if word in words)
    lines += [f"{count(len(words), 'dataset')}, by what was seen: {told}."] if words else []
    return "\n".join([*lines, _drift(report)])


def _drift(report: Report) -> str:
    counts = report.counts()
    words = [word for word in CLASSES if counts.get(word)]
    parts = [f"{counts[word]} {word}" for word in words]
    parts += [f"{counts['waived']} waived"] if counts.get("waived") else []
    fine = count(counts["ok"], "resource") + " as the spec wants them"
    bad = counts.get("expired-waiver", 0)
    unheard = len(report.unheard)
    if set(words) <= {"asleep"} and not bad and not unheard:
        return f"No drift: {', '.join([fine, *parts])}."
    parts += [f"{count(bad, 'waiver')} to mend"] if bad else []
    parts += [f"{count(unheard, 'system')} not seen"] if unheard else []
    return "\n".join(wrapped(f"{', '.join(parts)}; {fine}.", 0, 0))
