"""`plan`: what apply would do."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import click

from studio_backup import saved
from studio_backup.cli.codes import of_plan
from studio_backup.cli.evidence import as_it_stands, evidence_of, pending_of, record
from studio_backup.cli.locking import say_locks
from studio_backup.cli.options import command as make_command
from studio_backup.cli.reading import reading
from studio_backup.cli.scope import scope_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.verdict import today
from studio_backup.compile import routes
from studio_backup.errors import UsageError
from studio_backup.looking import Scope, look
from studio_backup.overflow import overflows
from studio_backup.parting import Parting, partings
from studio_backup.plan import Plan
from studio_backup.report import plan as report
from studio_backup.report.plan_json import document
from studio_backup.report.text import Paint
from studio_backup.spec.model import Studio


@make_command("json", selects=True, connects=True)
@click.option("--save", metavar="FILE", help="Keep the plan: `apply FILE` refuses to do anything else than it says.")
def command(settings: Settings, save: str | None) -> int:
    """Read every machine and show what apply would do; changes nothing.

    Marks: + create, ~ update, - remove, ! watched, ✗ conflict, ? unread,
    z asleep, … deferred until what it needs is right.

    Exit codes: 0 nothing to do, 2 changes pending, 3 something could not be seen, 1 error.
    """
    studio = load_studio(settings)
    scope = scope_of(settings, studio)
    evidence = evidence_of(settings, studio.name)
    with reading(settings, studio, evidence, scope.machines) as engine:
        survey, plan = look(engine, scope)
    say_locks(settings, survey)
    record(settings, evidence, survey, plan)
    if save:
        _save(save, plan)
    found, leaving = overflows(routes(studio), plan.changes), leaving_of(settings, studio, plan)
    if settings.json:
        settings.document(document(plan, found, leaving))
    else:
        if found or leaving:
            settings.write("\n".join([*report.overflowing(found), *report.parting(leaving), ""]))
        show(settings, scope, plan, pending_of(evidence, plan))
        _next(settings, plan, save, leaving)
    return of_plan(plan, overslept(studio, plan))


def leaving_of(settings: Settings, studio: Studio, plan: Plan) -> list[Parting]:
    """The copies that the plan would take away although a policy still needs them."""
    if not any(change.verb == "remove" for change in plan.acting()):
        return []
    return partings(as_it_stands(settings, studio), plan.changes, today())


def _save(file: str, plan: Plan) -> None:
    try:
        Path(file).write_text(saved.save(plan, secrets.token_hex(8)), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "save it in a folder of yours") from error


def show(settings: Settings, scope: Scope, plan: Plan, pending: dict[str, int]) -> None:
    """The plan for people."""
    paint = Paint(settings.colour)
    lines = report.screen(plan, paint, time.time(), pending, scope.needed, settings.verbose)
    settings.write("\n".join([*lines, *([""] if lines else []), report.summary(plan, paint)]))


def overslept(studio: Studio, plan: Plan) -> bool:
    """True when a system that others may boot instead of has been asleep for longer than its machine's limit."""
    now = time.time()
    for change in plan.changes:
        since = getattr(change.seen, "since", None)
        limit = studio.machines[change.resource.system.split("/")[0]].asleep_limit
        if change.verb == "asleep" and since is not None and now - since > limit:
            return True
    return False


def _next(settings: Settings, plan: Plan, save: str | None, leaving: Sequence[Parting]) -> None:
    if leaving:
        settings.write("Next: studio-backup verdict")
    elif plan.acting():
        settings.write(f"Next: studio-backup apply{' ' + save if save else ''}")
    elif plan.summary()["unread"] or plan.silent:
        settings.write("Next: make the unread systems answer, then studio-backup plan")
