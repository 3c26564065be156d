"""`apply`: make the machines what the spec says, exactly as planned, at once or batch after batch."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from studio_backup import saved
from studio_backup.apply import Applied
from studio_backup.cli import completion
from studio_backup.cli.carrying_out import carry_on, end_with_nothing
from studio_backup.cli.connecting import engine_of
from studio_backup.cli.evidence import evidence_of, pending_of, record
from studio_backup.cli.locking import who
from studio_backup.cli.naming import check_leaving, check_names, feasible_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.pending import Work, asked_for, keep, remaining
from studio_backup.cli.plan import leaving_of, show
from studio_backup.cli.progress import Bar
from studio_backup.cli.rollout import also_asked, decide, show_order, until_of
from studio_backup.cli.scope import scope_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.diff import Change
from studio_backup.errors import Locked, Refused, UsageError
from studio_backup.locks import Locks, stale
from studio_backup.looking import look
from studio_backup.plan import Plan
from studio_backup.report.text import count
from studio_backup.rollout.batches import Options
from studio_backup.survey import Survey


@make_command("json", selects=True, connects=True)
@click.argument("planfile", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal.")
@click.option(
    "--allow-destroy",
    multiple=True,
    metavar="ADDRESS",
    help="The step that destroys what is at ADDRESS may run; plan says which addresses it asks for. "
    "MACHINE/DATASET/COPY: that copy may leave, although a policy still needs it.",
)
@click.option("--break-lock", is_flag=True, help="End the lock that another apply holds on a machine.")
@click.option(
    "--canary",
    multiple=True,
    metavar="SELECTOR",
    shell_complete=completion.selectors,
    help="These first; nothing else before they are well.",
)
@click.option("--batch", metavar="N|N%", help="So many machines at a time, or such a share of them.")
@click.option("--max-failed", type=click.IntRange(min=0), metavar="N", help="Stop once more than N machines failed.")
@click.option("--sessions-until", metavar="TIME", help="Let rooms in session alone until then, e.g. 22:00.")
@click.option("--pending", is_flag=True, help="Go on with what earlier applies left: failed, asleep, away, in session.")
def command(
    settings: Settings, planfile: str | None, yes: bool, allow_destroy: tuple[str, ...], break_lock: bool,
    canary: tuple[str, ...], batch: str | None, max_failed: int | None, sessions_until: str | None, pending: bool,
) -> int:  # fmt: skip
    """Plan, ask, then carry out exactly that plan, and read every machine again to see it done.

    \b
    Example: studio-backup apply --canary room:a --batch 25% --max-failed 1

    With PLANFILE (from `plan --save`), the plan is made anew from the spec and anything that differs from the file is
    refused. Killed at any moment, apply can simply be run again.

    With --canary, --batch, --max-failed or --sessions-until it is a rollout: a table says which system goes in which
    batch and why. After the canary everything is read again, and one of its jobs must run green. Rooms in session and
    machines that do not answer wait; apply --pending goes on with them.

    Exit codes: 0 done, 1 something failed, 2 something is left to do, 3 something could not be seen, 5 refused for
    safety, 6 locked.
    """
    options = None
    if canary or batch or max_failed is not None or sessions_until:
        until = until_of(sessions_until, time.time()) if sessions_until else None
        options = Options(canary, batch or "", max_failed, until)
    if planfile and pending:
        raise UsageError("--pending plans anew: it takes no PLANFILE", "studio-backup apply --pending")
    studio = load_studio(settings)
    evidence = evidence_of(settings, studio.name)
    asked, scope = asked_for(settings, evidence, studio, options, pending, scope_of)
    with Bar("reading", not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, bar, scope.machines)
        work = Work(settings, studio, scope, evidence, engine, asked, allow_destroy, who("apply"))
        try:
            survey, plan = look(engine, scope, also_asked(asked, scope, studio))
            bar.__exit__()
            record(settings, evidence, survey, plan)
            return _go(work, survey, plan, planfile, yes, break_lock, bar)
        finally:
            engine.close()


def _go(work: Work, survey: Survey, plan: Plan, planfile: str | None, yes: bool, break_lock: bool, bar: Bar) -> int:
    settings, options = work.settings, work.asked.options
    leaving = leaving_of(settings, work.studio, plan)
    check_names(plan, leaving, work.allowed)
    promise = saved.read(planfile, Path(planfile).read_text(encoding="utf-8", errors="replace")) if planfile else None
    if promise:
        saved.hold_to(promise, str(planfile), plan)
    order = decide(work, survey, plan)
    if not settings.json:
        show(settings, work.scope, plan, pending_of(work.evidence, plan))
    check_leaving(leaving, work.allowed)
    goes = order.addresses([name for batch in order.batches for name in batch.machines])
    if options is None:
        goes = {change.address for change in plan.acting()}
    found = remaining(work, order, Applied(plan, survey))
    if not goes:
        keep(work, found, work.asked.proven)
        return end_with_nothing(work, plan, order, found)
    feasible = [change for change in feasible_of(settings, plan, work.allowed) if change.address in goes]
    if options is not None and not settings.json:
        show_order(work, plan, order, options, found)
    _consent(settings, feasible, yes)
    systems = sorted({change.resource.system for change in feasible})
    with Locks(work.me, break_lock) as locks:
        locks.take({name: work.engine.open[name] for name in systems})
        moved = stale(locks.generations, lambda name: survey.manifests[name].generation, systems)
        if moved:
            raise Locked(f"another apply changed {', '.join(moved)} since this plan was made", "studio-backup apply")
        if promise and not work.evidence.use_plan(int(time.time()), promise.id):
            raise Refused(f"{planfile} was applied before", "studio-backup plan --save makes a new one")
        keep(work, found, work.asked.proven)
        return carry_on(work, survey, plan, order, locks, bar)


def _consent(settings: Settings, changes: Sequence[Change], yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask on, and no --yes", "studio-backup apply --yes")
    if not click.confirm(f"Carry out {count(len(changes), 'change')}?", default=False, err=True):
        raise Refused("nothing was changed")
    settings.say("")
