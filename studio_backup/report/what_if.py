"""What each disaster would leave, as a screen of 80 columns and as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.policy import Event, Holding, Verdict, events_of, survivors
from studio_backup.policy.events import lost_work
from studio_backup.report.text import WIDTH, Paint, age, columns, wrapped


def screen(verdicts: Sequence[Verdict], only: Sequence[Event], noticed_after: float, paint: Paint) -> list[str]:
    """For every dataset one line an event: what is left of it, and how much work is lost at worst."""
    lines: list[str] = []
    for verdict in verdicts:
        rows = [_row(verdict.holdings, event, noticed_after) for event in _chosen(verdict, only)]
        if not rows:
            continue
        lines += [""] if lines else []
        lines.append(paint(verdict.dataset.full_name, "bold"))
        lines += _table(rows, paint)
    if not lines:
        return ["No dataset is touched by that.", "Next: studio-backup what-if, for every event"]
    sentence = f"If every job runs; deletions and encryption are noticed after {age(noticed_after)}."
    return [*lines, "", *wrapped(sentence, 0), "Next: studio-backup verdict"]


def _table(rows: Sequence[tuple[str, str, str]], paint: Paint) -> list[str]:
    """One line a row where all fit, else two."""
    title, *told = columns([("IF", "IS LEFT", "WORK LOST"), *rows])
    if max(map(len, (title, *told))) + 2 > WIDTH:
        title, told = "IF", [f"{event}\n    left: {left}; lost: {lost}" for event, left, lost in rows]
    found = [paint(f"  {title}", "dim")]
    for (_, left, _), text in zip(rows, told, strict=True):
        found += [paint(f"  {line}", "bad") if left == "nothing" else f"  {line}" for line in text.split("\n")]
    return found


def _chosen(verdict: Verdict, only: Sequence[Event]) -> list[Event]:
    return [event for event in events_of(verdict.holdings) if not only or event in only]


def _row(holdings: Sequence[Holding], event: Event, noticed_after: float) -> tuple[str, str, str]:
    left = survivors(holdings, event, noticed_after)
    lost = lost_work(left)
    worst = "everything" if lost is None else "nothing" if lost == 0 else age(lost)
    return event.words, ", ".join(holding.name for holding in left) or "nothing", worst


def document(
    studio: str, verdicts: Sequence[Verdict], only: Sequence[Event], noticed_after: float
) -> dict[str, object]:
    """The JSON of `what-if`; "lost" in seconds of work, null where everything is lost."""
    return {
        "version": 1,
        "studio": studio,
        "noticed_after": int(noticed_after),
        "events": [
            _json(verdict, event, survivors(verdict.holdings, event, noticed_after))
            for verdict in verdicts
            for event in _chosen(verdict, only)
        ],
    }


def _json(verdict: Verdict, event: Event, left: Sequence[Holding]) -> dict[str, object]:
    return {
        "dataset": verdict.dataset.full_name,
        "event": event.kind,
        "subject": event.subject or None,
        "left": [holding.name for holding in left],
        "lost": lost_work(left),
    }
