"""An apply from where it was agreed to: carried out, noted, and told how it ended; or that nothing can be done now."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.apply import Applied, carry_out
from studio_backup.cli.codes import CHANGES, of_plan
from studio_backup.cli.evidence import pending_of, record
from studio_backup.cli.pending import Work, keep, remaining
from studio_backup.cli.plan import overslept
from studio_backup.cli.progress import Bar
from studio_backup.cli.rollout import go, show_order
from studio_backup.errors import Interrupted, Refused
from studio_backup.evidence import Pending
from studio_backup.locks import Locks
from studio_backup.plan import Plan
from studio_backup.report import rollout as report_rollout
from studio_backup.report.applied import document, lines_of_wave, summary
from studio_backup.report.text import Paint, count, safe
from studio_backup.result import Result
from studio_backup.rollout.batches import Order
from studio_backup.rollout.course import Course
from studio_backup.survey import Survey

FAILED = 1
_AGAIN = "studio-backup apply --pending"
#: Why a system is left that the summary tells of in other words.
_TOLD = ("planned", "failed", "unproven")


def end_with_nothing(work: Work, plan: Plan, order: Order, found: Sequence[Pending]) -> int:
    """Nothing can be done now: there is nothing to do, or all of it waits."""
    settings, options = work.settings, work.asked.options
    if settings.json:
        settings.document(document(plan, {}, found, None))
    elif options is not None and (order.later or work.asked.alone):
        show_order(work, plan, order, options, found)
        why = "No canary can be tried now, so nothing is begun." if options.canary else "Nothing can be done now."
        settings.write(f"\n{why}\nNext: {_AGAIN}")
    elif work.asked.pending and not work.asked.people:
        settings.write("\n".join(["Nothing is pending.", *_alone(work)]))
    return _worst(of_plan(plan, overslept(work.studio, plan)), work)


def _alone(work: Work) -> list[str]:
    return [f"{safe(one.system)} waits: {report_rollout.waiting(one)}" for one in work.asked.alone]


def _worst(code: int, work: Work) -> int:
    """What is let alone is still to be done."""
    return code if code == CHANGES or not work.asked.alone else CHANGES


def carry_on(work: Work, survey: Survey, plan: Plan, order: Order, locks: Locks, bar: Bar) -> int:
    """Do what was agreed to, note what is left, and tell how it ended; the exit code."""
    settings, options = work.settings, work.asked.options
    paint = Paint(settings.colour)
    course: Course | None = None
    done = 0

    def told(results: Sequence[Result]) -> None:
        nonlocal done
        done += sum(result.done for result in results)
        if not settings.json:
            settings.write("\n".join(lines_of_wave(results, paint, settings.verbose)))

    try:
        if options is None:
            applied = carry_out(work.engine, work.scope, survey, plan, told, work.me, work.allowed)
        else:
            course = go(work, survey, plan, order, options, locks, told, bar)
            applied = course.applied
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted: {done} of {count(len(plan.acting()), 'change')} done and seen; "
            "a machine that is at a step carries it to its end",
            f"studio-backup apply{' --pending' if options else ''} goes on from here",
        ) from None
    record(settings, work.evidence, applied.survey, applied.plan)
    found = remaining(work, order, applied, course)
    keep(work, found, course.proven if course else False)
    if settings.json:
        part = report_rollout.document(course, plan) if course else None
        settings.document(document(applied.plan, applied.results, found, part))
    else:
        settings.write(_summary(work, plan, applied, course, found, paint))
    if applied.failed or (course and course.stopped):
        return FAILED
    left = of_plan(applied.plan, overslept(work.studio, applied.plan))
    return Refused.exit_code if applied.held else _worst(left, work)


def _summary(
    work: Work, plan: Plan, applied: Applied, course: Course | None, found: Sequence[Pending], paint: Paint
) -> str:
    stopped = course.stopped if course else ""
    later = [one for one in (*found, *work.asked.alone) if course and one.word not in _TOLD]
    return summary(plan, applied, pending_of(work.evidence, applied.plan), paint, stopped, later, course is not None)
