"""The decisions of a rollout as a table before its first step, lines while it goes, and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from studio_backup.evidence import Pending
from studio_backup.plan import Plan
from studio_backup.report.text import WIDTH, Paint, count, moment, safe, wrapped
from studio_backup.rollout.batches import CANARY, Batch, Options, Order, Row
from studio_backup.rollout.course import Course

_HEAD = ("BATCH", "SYSTEM", "CHANGES", "WHY")
#: Narrower than this, a reason stands on lines of its own.
_NARROW = 24


def table(order: Order, plan: Plan, options: Options, later: Iterable[Pending], gate: bool, paint: Paint) -> list[str]:
    """Which system goes in which batch and why, who waits and why, and what stops it."""
    rows = [(row.batch, row.system, str(row.changes), _why(row, options)) for row in order.rows(plan)]
    touched = {row.system.partition("/")[0] for row in order.rows(plan) if row.batch == CANARY and not row.needed_by}
    idle = [name for batch in order.batches if batch.name == CANARY for name in batch.machines if name not in touched]
    rows = [*((CANARY, name, "0", "nothing is to be done there; it is looked at all the same") for name in idle), *rows]
    rows += [("later", one.system, "–", waiting(one)) for one in later]
    return [*_lines(rows, paint), "", *_rules(order, options, gate)]


def _why(row: Row, options: Options) -> str:
    if row.needed_by:
        shown = ", ".join(row.needed_by[:3]) + (f" and {len(row.needed_by) - 3} more" if len(row.needed_by) > 3 else "")
        return f"needed: its side of {shown}"
    return f"--canary {' '.join(options.canary)}" if row.batch == CANARY else "in the order of the spec"


def waiting(one: Pending) -> str:
    """Why a system waits, in words."""
    if one.word == "session":
        until = f"let alone until {moment(one.until)}" if one.until else "let alone"
        return f"in session: {safe(one.reason)}; {until}"
    words = {
        "unreachable": "does not answer",
        "asleep": "asleep; kept until it wakes",
        "locked": "locked",
        "failed": "failed",
        "planned": "not begun",
        "unproven": "its gate is not passed yet",
    }
    reason = f": {safe(one.reason)}" if one.reason else ""
    return f"{words.get(one.word, one.word)}{reason}"


def _lines(rows: Sequence[tuple[str, str, str, str]], paint: Paint) -> list[str]:
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(3)]
    lines: list[str] = []
    for row in (_HEAD, *rows):
        batch, system, changes = row[0].ljust(widths[0]), row[1].ljust(widths[1]), row[2].rjust(widths[2])
        start = f"{batch}  {system}  {changes}  "
        if WIDTH - len(start) >= _NARROW:
            first, *more = wrapped(row[3], len(start), 0) or [" " * len(start)]
            found = [start + first[len(start) :], *more]
        else:
            found = [start.rstrip(), *wrapped(row[3], 10, 0)]
        lines += [paint(line, "bold") for line in found] if row is _HEAD else found
    return lines


def _rules(order: Order, options: Options, gate: bool) -> list[str]:
    numbered = [batch for batch in order.batches if batch.name != CANARY]
    said = [f"{count(len(numbered), 'batch', 'batches')}{f' of {options.size}' if options.size and numbered else ''}"]
    if gate:
        said.append("after the canary it is read again, must be clean, and one of its jobs must run green")
    said.append(f"stops once more than {count(options.limit, 'machine has', 'machines have')} failed")
    return wrapped("; ".join(said) + ".", 0, 0)


def batch_line(batch: Batch, order: Order) -> str:
    """Told when a batch begins."""
    last = sum(one.name != CANARY for one in order.batches)
    name = batch.name if batch.name == CANARY else f"batch {batch.name} of {last}"
    shown = ", ".join(batch.machines[:4]) + (f" and {len(batch.machines) - 4} more" if len(batch.machines) > 4 else "")
    return f"\n{name}: {shown}"


def judged_line(why: str, job: str, paint: Paint) -> str:
    """What the gate found."""
    if why:
        return "\n".join(["", *wrapped(paint("the canary is not well", "bad") + f": {safe(why)}", 0)])
    ran = f", {job} ran green" if job else "; it has no job to run"
    return "\n" + paint("the canary is well", "good") + f": read again and clean{ran}"


def document(course: Course, plan: Plan) -> dict[str, object]:
    """The part of the JSON of `apply` that a rollout adds. `plan` is the one that was agreed to."""
    rows: dict[str, list[Mapping[str, object]]] = {}
    for row in course.order.rows(plan):
        needed_by = list(row.needed_by)
        rows.setdefault(row.batch, []).append({"system": row.system, "changes": row.changes, "needed_by": needed_by})
    return {
        "batches": [
            {"name": batch.name, "systems": rows.get(batch.name, []), "begun": batch.name in course.done}
            for batch in course.order.batches
        ],
        "proven": course.proven,
        "stopped": course.stopped or None,
    }
