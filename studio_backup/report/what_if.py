"""What each disaster would leave, as a screen of 80 columns and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from studio_backup.policy import Matrix, Outcome
from studio_backup.report.text import WIDTH, Paint, age, brief, columns, count, wrapped
from studio_backup.spec.schedule import DAY, HOUR

#: From here on a dead work drive costs so many takes that a run in the breaks is advised.
_MANY_TAKES = 2 * HOUR


def screen(matrices: Sequence[Matrix], noticed_after: float, paint: Paint, live: bool = False) -> list[str]:
    """For every dataset one line an event: what is left of it, how much work is lost at worst, how soon it is back."""
    lines: list[str] = []
    for matrix in matrices:
        if matrix.outcomes:
            lines += [""] if lines else []
            lines.append(paint(matrix.dataset.full_name, "bold"))
            lines += _table(matrix, paint)
            lines += [line for note in _notes(matrix, live) for line in wrapped(note, 2, 0)]
    if not lines:
        return ["No dataset is touched by that.", "Next: studio-backup what-if, for every event"]
    how = "By what was seen" if live else "If every job runs, at worst"
    sentence = f"{how}; deletions and encryption are noticed after {age(noticed_after)}."
    return [*lines, "", *wrapped(sentence, 0), _summary(matrices), _next(matrices, live)]


def _table(matrix: Matrix, paint: Paint) -> list[str]:
    """What costs something, one line a row where all fit, else two; then what costs no work, by what is left."""
    costly = [outcome for outcome in matrix.outcomes if outcome.lost != 0]
    return [*(_rows(matrix, costly, paint) if costly else []), *_harmless(matrix, paint)]


def _rows(matrix: Matrix, costly: Sequence[Outcome], paint: Paint) -> list[str]:
    rows = [_row(matrix, outcome) for outcome in costly]
    title, *told = columns([("IF", "IS LEFT", "WORK LOST", "BACK IN"), *rows])
    if max(map(len, (title, *told))) + 2 > WIDTH:
        title = "IF"
        told = ["\n".join([event, *_below(*rest)]) for event, *rest in rows]
    found = [paint(f"  {title}", "dim")]
    for (_, left, _, _), text in zip(rows, told, strict=True):
        found += [paint(f"  {line}", "bad") if left == "nothing" else f"  {line}" for line in text.split("\n")]
    return found


def _below(left: str, lost: str, back: str) -> list[str]:
    """What stands below an event, two columns of the row's indent left out."""
    return [line[2:] for line in wrapped(f"left: {left}; lost: {lost}; back in: {back}", 6)]


def _harmless(matrix: Matrix, paint: Paint) -> list[str]:
    groups: dict[str, list[str]] = {}
    for outcome in matrix.outcomes:
        if outcome.lost == 0:
            groups.setdefault(_left(outcome), []).append(str(outcome.event))
    lines = [paint("  NO WORK IS LOST, AND THERE IS STILL", "dim")] if groups else []
    for left, events in groups.items():
        lines += wrapped(f"{left}: if {', '.join(events)}", 2, 2)
    return lines


def _left(outcome: Outcome) -> str:
    return ", ".join([*outcome.names, *(f"{name}?" for name in outcome.unseen)])


def _row(matrix: Matrix, outcome: Outcome) -> tuple[str, str, str, str]:
    lost = "UNKNOWN" if outcome.unseen else "all"
    if outcome.lost is not None:
        lost = age(outcome.lost) if outcome.lost else "nothing"
    back = matrix.back_in(outcome)
    soon = "UNKNOWN" if back is None else brief(back) if back else "at once"
    left = _left(outcome)
    return outcome.event.words, left or "nothing", lost, soon if left else "–"


def _notes(matrix: Matrix, live: bool) -> Iterable[str]:
    """What is behind the rows: how long deleted files stay, what takes are at stake, what was not seen."""
    events = {outcome.event.kind for outcome in matrix.outcomes}
    if not live and events & {"delete", "sync", "encrypt"}:
        kept = [(one.name, one.reach) for one in matrix.holdings if one.versioned and one.reach >= HOUR]
        if kept:
            stay = [f"in {name} for {_long(back)}" for name, back in sorted(kept, key=lambda pair: pair[1])]
            yield f"Deleted files stay {', '.join(stay)}."
    direct = [one.name for one in matrix.holdings if one.copy is not None and one.copy.source_copy is None]
    costs = [outcome.lost for outcome in matrix.outcomes if outcome.event.kind == "disk" and outcome.lost]
    if costs and max(costs) > _MANY_TAKES and direct:
        run = f"studio-backup run {matrix.dataset.full_name}/{direct[0]}"
        yield f"A work drive that dies costs up to {brief(max(costs))} of takes; in the breaks: {run}"
    unseen = sorted({name for outcome in matrix.outcomes for name in outcome.unseen})
    if unseen:
        yield f"What {', '.join(unseen)} holds could not be seen: it may be less."


def _long(back: float) -> str:
    if back == inf:
        return "ever"
    return brief(back) if back < 60 * DAY else f"{back / (30 * DAY):.0f} months"


def _summary(matrices: Sequence[Matrix]) -> str:
    told = [(matrix, outcome) for matrix in matrices for outcome in matrix.outcomes]
    fatal = sum(not outcome.left and not outcome.unseen for _, outcome in told)
    datasets = count(sum(bool(matrix.outcomes) for matrix in matrices), "dataset")
    leaves = f"{count(fatal, 'leaves', 'leave')} nothing" if fatal else "each leaves something"
    return f"{datasets}, {count(len(told), 'outcome')}: {leaves}."


def _next(matrices: Sequence[Matrix], live: bool) -> str:
    """A drill for what was never drilled, else the verdict."""
    for matrix in matrices:
        best = [outcome.left[0].holding for outcome in matrix.outcomes if outcome.left]
        if any(one.copy is not None and matrix.pace.back_in(one.name) is None for one in best):
            return f"Next: studio-backup restore {matrix.dataset.full_name} --to MACHINE:DIR, to know BACK IN"
    return f"Next: studio-backup verdict{' --live' if live else ''}"


def document(studio: str, matrices: Sequence[Matrix], noticed_after: float, live: bool = False) -> dict[str, object]:
    """The JSON of `what-if`; "lost" and "back_in" in seconds, null where everything is lost or nobody knows."""
    return {
        "version": 1,
        "studio": studio,
        "basis": "evidence" if live else "design",
        "noticed_after": int(noticed_after),
        "events": [_json(matrix, outcome) for matrix in matrices for outcome in matrix.outcomes],
    }


def _json(matrix: Matrix, outcome: Outcome) -> dict[str, object]:
    back = matrix.back_in(outcome)
    return {
        "dataset": matrix.dataset.full_name,
        "event": outcome.event.kind,
        "subject": outcome.event.subject or None,
        "left": outcome.names,
        "states": [{"name": one.holding.name, "lost": int(one.lost), "point": one.point} for one in outcome.left],
        "unseen": list(outcome.unseen),
        "lost": None if outcome.lost is None else int(outcome.lost),
        "back_in": None if back is None else round(back, 3),
    }
