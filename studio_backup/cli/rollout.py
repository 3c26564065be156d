"""The rollout part of `apply`: who goes when, who waits, and the batches as they go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from studio_backup.agreed import promises
from studio_backup.apply import Applied
from studio_backup.cli.pending import Asked, Work, keep, remaining
from studio_backup.cli.progress import Bar
from studio_backup.cli.run import made
from studio_backup.compile import routes
from studio_backup.errors import UsageError
from studio_backup.evidence import Pending
from studio_backup.locks import Locks
from studio_backup.looking import Scope
from studio_backup.plan import Plan
from studio_backup.probe import Probe
from studio_backup.report import rollout as report
from studio_backup.report.text import Paint
from studio_backup.result import Result
from studio_backup.rollout.batches import CANARY, Batch, Options, Order, arrange
from studio_backup.rollout.course import Course, Listener, roll_out
from studio_backup.rollout.gate import green
from studio_backup.rollout.waiting import session_probes, waits
from studio_backup.spec.model import Studio
from studio_backup.spec.selectors import select
from studio_backup.survey import Survey


def until_of(text: str, now: float) -> int:
    """Epoch seconds of --sessions-until: `22:00` (the next one), or a date and a time."""
    try:
        if len(text) <= 5:
            hour = datetime.strptime(text, "%H:%M")
            here = datetime.fromtimestamp(now).astimezone()
            when = here.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
            when += timedelta(days=when <= here)
        else:
            when = datetime.fromisoformat(text)
        return int((when if when.tzinfo else when.astimezone()).timestamp())
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--sessions-until {text}: not a time", "write 22:00, or '2026-11-22 22:00'") from error


def also_asked(asked: Asked, scope: Scope, studio: Studio) -> dict[str, list[Probe]]:
    """What a rollout asks besides: whether somebody is at work."""
    return session_probes(scope.machines, routes(studio)) if asked.options is not None else {}


def decide(work: Work, survey: Survey, plan: Plan) -> Order:
    """Who goes when, and who waits; without a rollout everybody goes at once."""
    people, options = work.asked.people, work.asked.options
    if options is None:
        return arrange(plan, people, (), Options(), {})
    canary: set[str] = set()
    if options.canary and not work.asked.proven:
        alone = {one.system.partition("/")[0] for one in work.asked.alone}
        named = {name.partition("/")[0] for name in select(work.studio, options.canary, ()).systems}
        canary = named & {*people, *alone}
        if not canary:
            raise UsageError(f"--canary {' '.join(options.canary)}: none of it is in this run", "choose one that is")
    first = arrange(plan, people, canary, options, {})
    concerned = [work.studio.machines[name] for name in people if name in canary or name in first.whose.values()]
    later = {one.name: why for one in concerned if (why := waits(one, survey.systems, options.until))}
    return arrange(plan, people, canary, options, later)


def show_order(work: Work, plan: Plan, order: Order, options: Options, found: Sequence[Pending]) -> None:
    """The decision table, before the first step."""
    later = [*(one for one in found if one.word not in ("planned", "unproven")), *work.asked.alone]
    gate = any(batch.name == CANARY for batch in order.batches)
    lines = report.table(order, plan, options, later, gate, Paint(work.settings.colour))
    work.settings.write("\n".join(["", *lines]))


def go(
    work: Work, survey: Survey, plan: Plan, order: Order, options: Options, locks: Locks,
    told: Callable[[Sequence[Result]], None], bar: Bar,
) -> Course:  # fmt: skip
    """Carry the batches out, telling of each."""
    settings, paint = work.settings, Paint(work.settings.colour)
    course: Course

    def say(text: str) -> None:
        if not settings.json:
            settings.write(text)

    def begins(batch: Batch) -> None:
        say(report.batch_line(batch, order))

    def noted() -> None:
        keep(work, remaining(work, order, course.applied, course), course.proven)

    listener = Listener(
        begins,
        told,
        lambda one: say(f"  later  {one.system}: {report.waiting(one)}"),
        lambda why, job: say(report.judged_line(why, job, paint)),
        noted,
    )
    course = Course(
        engine=work.engine,
        scope=work.scope,
        routes=routes(work.studio),
        options=options,
        order=order,
        applied=Applied(plan, survey),
        agreed=promises(plan),
        locks=locks,
        who=work.me,
        allowed=work.allowed,
        listener=listener,
        run_one=lambda ways: green(ways, lambda route: made(work.engine, work.studio, route, "", bar)),
        proven=work.asked.proven,
    )
    roll_out(course)
    return course
