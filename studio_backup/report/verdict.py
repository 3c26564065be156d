"""Verdicts as a screen of 80 columns and as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.facts import BAG
from studio_backup.policy import Finding, Holding, Verdict
from studio_backup.policy.verdict import FAIL, NONE, UNKNOWN
from studio_backup.report.text import WIDTH, Paint, columns, count, spaced, wrapped

_COLOURS = {"OK": "good", FAIL: "bad", UNKNOWN: "unread", NONE: "dim"}


def screen(verdicts: Sequence[Verdict], paint: Paint, live: bool = False) -> list[str]:
    """Every dataset: what counts, what does not and why, and for a FAIL what to change, and where."""
    lines: list[str] = []
    for verdict in verdicts:
        lines += [""] if lines else []
        lines += _dataset(verdict, paint)
    return [*lines, *([""] if lines else []), *_summary(verdicts, paint, live)]


def _dataset(verdict: Verdict, paint: Paint) -> list[str]:
    name, policy = verdict.dataset.full_name, verdict.dataset.policy
    head = f"{paint(name, 'bold')}  {policy}  {paint(verdict.word, _COLOURS[verdict.word])}"
    if verdict.policy is None:
        return [f"{head}  (asks for nothing)"]
    asked = verdict.policy
    met = [
        f"{len(verdict.counted)} of {count(asked.copies, 'copy', 'copies')}",
        f"{len(verdict.media)} of {count(asked.media, 'kind')} of media ({', '.join(verdict.media)})",
        f"{len(verdict.offsite)} of {asked.offsite} off-site",
    ]
    met += [f"{len(verdict.local)} of {asked.local} here"] if asked.local else []
    met += [f"{len(verdict.offline)} of {asked.offline} out of reach"] if asked.offline else []
    lines = [head, *wrapped(", ".join(met), 2, 2)]
    lines += _table([_row(verdict, holding) for holding in verdict.holdings])
    if verdict.worst is not None and verdict.word != UNKNOWN:
        lines += wrapped(counterexample(verdict), 2, 4)
    for finding in verdict.findings:
        lines += [paint(line, "bad") for line in wrapped(f"{finding.rule}: {finding.message}", 2, 4)]
        lines += wrapped(spaced(f"fix: {finding.fix} ({finding.place})"), 4, 5)
    return lines


def counterexample(verdict: Verdict) -> str:
    """The one event that leaves too little, and what it leaves; where no event does, what is not met."""
    if verdict.worst is None:
        return next((finding.message for finding in verdict.findings), "nobody could tell")
    event, left = verdict.worst
    names = ", ".join(one.name for one in left)
    return f"{event.words}: {f'only {names} would be left' if names else 'nothing would be left'}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A note that does not fit beside its place stands below it; so does the place beside a long name."""
    wide = [f"    {line}" for line in columns(rows)]
    if max(map(len, wide)) <= WIDTH:
        return wide
    narrow = [f"    {line}" for line in columns([row[:-1] for row in rows])]
    if max(map(len, narrow)) > WIDTH:
        narrow = [f"    {name}\n" + "\n".join(wrapped(", ".join(filter(None, place)), 6)) for name, *place, _ in rows]
    return [
        line
        for text, row in zip(narrow, rows, strict=True)
        for line in (*text.split("\n"), *(wrapped(row[-1], 6) if row[-1] else ()))
    ]


def _row(verdict: Verdict, holding: Holding) -> tuple[str, ...]:
    refused = {one.name: why for one, why in verdict.refused}
    place = "" if holding.account else holding.room or holding.site
    note = f"does not count: {refused[holding.name]}" if holding.name in refused else _because(verdict, holding)
    return holding.name, holding.where, ", ".join(sorted(holding.media)), place, note


def _because(verdict: Verdict, holding: Holding) -> str:
    """What there is to say for and against a place that counts; "" for nothing."""
    mode = holding.copy.mode if holding.copy is not None else ""
    said = [
        ("off-site", any(one.name == holding.name for one in verdict.offsite)),
        ("on its way", holding.site.startswith(BAG)),
        ("put away", holding.offline),
        ("locked", holding.lock > 0),
        (f"a {mode}: deletions follow", holding.copy is not None and not holding.versioned),
        ("keeps no versions", holding.external is not None and not holding.versioned),
        (f"needs {' and '.join(holding.needs)}", bool(holding.needs)),
        ("extra", holding.name in verdict.extra),
    ]
    return ", ".join(words for words, true in said if true)


def _summary(verdicts: Sequence[Verdict], paint: Paint, live: bool) -> list[str]:
    if not verdicts:
        return ["No dataset is selected.", "Next: studio-backup validate"]
    words = [verdict.word for verdict in verdicts]
    parts = [paint(f"{words.count(word)} {word}", _COLOURS[word]) for word in _COLOURS if word in words]
    following = "studio-backup what-if" if live else "studio-backup verdict --live"
    if FAIL in words or UNKNOWN in words:
        following = f"mend the first finding, then studio-backup verdict{' --live' if live else ''}"
    judged = "by what was seen" if live else "if every job runs"
    return [f"{count(len(words), 'dataset')}, {judged}: {', '.join(parts)}.", f"Next: {following}"]


def document(studio: str, verdicts: Sequence[Verdict]) -> dict[str, object]:
    """The JSON of `verdict`."""
    return {
        "version": 1,
        "studio": studio,
        "verdicts": [
            {
                "dataset": verdict.dataset.full_name,
                "policy": verdict.dataset.policy,
                "verdict": verdict.word,
                "unseen": list(verdict.unseen),
                "extra": list(verdict.extra),
                "worst": _worst(verdict),
                "holdings": [_holding(verdict, holding) for holding in verdict.holdings],
                "findings": [_finding(finding) for finding in verdict.findings],
            }
            for verdict in verdicts
        ],
    }


def _worst(verdict: Verdict) -> dict[str, object] | None:
    if verdict.worst is None:
        return None
    event, left = verdict.worst
    return {"event": event.kind, "subject": event.subject or None, "left": [one.name for one in left]}


def _holding(verdict: Verdict, holding: Holding) -> dict[str, object]:
    why = next((why for one, why in verdict.refused if one.name == holding.name), None)
    return {
        "name": holding.name,
        "volume": f"{holding.machine}/{holding.volume}" if holding.machine else holding.where,
        "site": holding.site,
        "room": holding.room or None,
        "media": sorted(holding.media),
        "counts": why is None,
        "reason": why,
        "because": _because(verdict, holding) if why is None else None,
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "message": finding.message,
        "fix": finding.fix,
        "source": str(finding.place),
    }
