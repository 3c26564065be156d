"""`apply`: make the machines what the spec says, exactly as planned."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from studio_backup import saved
from studio_backup.apply import Result, Scope, carry_out, look
from studio_backup.cli.codes import of_plan
from studio_backup.cli.naming import check_names, feasible_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.plan import overslept, show
from studio_backup.cli.progress import Bar
from studio_backup.cli.scope import engine_of, evidence_of, pending_of, record, scope_of, who
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.diff import Change
from studio_backup.engine import Engine
from studio_backup.errors import Interrupted, Locked, Refused
from studio_backup.evidence import Evidence
from studio_backup.locks import Locks, stale
from studio_backup.plan import Plan
from studio_backup.report.applied import document, lines_of_wave, summary
from studio_backup.report.text import Paint, count
from studio_backup.spec.model import Studio
from studio_backup.survey import Survey

FAILED = 1


@make_command("json", selects=True, connects=True)
@click.argument("planfile", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal.")
@click.option(
    "--allow-destroy",
    multiple=True,
    metavar="ADDRESS",
    help="The step that destroys what is at ADDRESS may run; plan says which addresses it asks for.",
)
@click.option("--break-lock", is_flag=True, help="End the lock that another apply holds on a machine.")
def command(
    settings: Settings, planfile: str | None, yes: bool, allow_destroy: tuple[str, ...], break_lock: bool
) -> int:
    """Plan, ask, then carry out exactly that plan, and read every machine again to see it done.

    With PLANFILE (from `plan --save`), the plan is made anew from the spec and anything that differs from the file is
    refused. Killed at any moment, apply can simply be run again.

    Exit codes: 0 done, 1 something failed, 2 something is left for a human, 3 something could not be seen, 5 refused
    for safety, 6 locked.
    """
    studio = load_studio(settings)
    scope = scope_of(settings, studio)
    evidence = evidence_of(settings, studio.name)
    with Bar("reading", not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, bar, scope.machines)
        try:
            survey, plan = look(engine, scope)
            bar.__exit__()
            record(settings, evidence, survey, plan)
            return _go(settings, studio, scope, evidence, engine, survey, plan,
                       planfile, yes, allow_destroy, break_lock)  # fmt: skip
        finally:
            engine.close()


def _go(
    settings: Settings, studio: Studio, scope: Scope, evidence: Evidence, engine: Engine, survey: Survey, plan: Plan,
    planfile: str | None, yes: bool, allow_destroy: tuple[str, ...], break_lock: bool,
) -> int:  # fmt: skip
    check_names(plan, allow_destroy)
    promise = saved.read(planfile, Path(planfile).read_text(encoding="utf-8", errors="replace")) if planfile else None
    if promise:
        saved.hold_to(promise, str(planfile), plan)
    if not settings.json:
        show(settings, scope, plan, pending_of(evidence, plan))
    if not plan.acting():
        if settings.json:
            settings.document(document(plan, {}))
        return of_plan(plan, overslept(studio, plan))
    feasible = feasible_of(settings, plan, allow_destroy)
    _consent(settings, feasible, yes)
    systems = sorted({change.resource.system for change in feasible})
    me = who("apply")
    with Locks(me, break_lock) as locks:
        locks.take({name: engine.open[name] for name in systems})
        moved = stale(locks.generations, lambda name: survey.manifests[name].generation, systems)
        if moved:
            raise Locked(f"another apply changed {', '.join(moved)} since this plan was made", "studio-backup apply")
        if promise and not evidence.use_plan(int(time.time()), promise.id):
            raise Refused(f"{planfile} was applied before", "studio-backup plan --save makes a new one")
        return _carry_out(settings, studio, scope, evidence, engine, survey, plan, me, allow_destroy)


def _consent(settings: Settings, changes: Sequence[Change], yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask on, and no --yes", "studio-backup apply --yes")
    if not click.confirm(f"Carry out {count(len(changes), 'change')}?", default=False, err=True):
        raise Refused("nothing was changed")
    settings.say("")


def _carry_out(
    settings: Settings,
    studio: Studio,
    scope: Scope,
    evidence: Evidence,
    engine: Engine,
    survey: Survey,
    plan: Plan,
    me: str,
    allow_destroy: Sequence[str],
) -> int:
    paint = Paint(settings.colour)
    done = 0

    def told(results: Sequence[Result]) -> None:
        nonlocal done
        done += sum(result.done for result in results)
        if not settings.json:
            settings.write("\n".join(lines_of_wave(results, paint, settings.verbose)))

    try:
        applied = carry_out(engine, scope, survey, plan, told, me, allow_destroy)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted: {done} of {count(len(plan.acting()), 'change')} done and seen; "
            "a machine that is at a step carries it to its end",
            "studio-backup apply goes on from here",
        ) from None
    record(settings, evidence, applied.survey, applied.plan)
    left = of_plan(applied.plan, overslept(studio, applied.plan))
    if settings.json:
        settings.document(document(applied.plan, applied.results))
    else:
        settings.write(summary(plan, applied, pending_of(evidence, applied.plan), paint))
    return FAILED if applied.failed else Refused.exit_code if applied.held else left
