"""`drift`: where the machines differ from the spec, by the very survey that plan makes."""

from __future__ import annotations

import click

from studio_backup.apply import look
from studio_backup.cli.codes import of_plan
from studio_backup.cli.options import command as make_command
from studio_backup.cli.plan import overslept
from studio_backup.cli.reading import reading
from studio_backup.cli.scope import evidence_of, record, say_locks, scope_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.report import drift as report
from studio_backup.report.plan import drift_document
from studio_backup.report.text import Paint


@make_command("json", selects=True, connects=True)
@click.option("--no-record", is_flag=True, help="Do not even note locally what was seen.")
def command(settings: Settings, no_record: bool) -> int:
    """Report what differs from the spec, in which class, where the spec says otherwise, and since when.

    Classes: pending (not applied yet), drifted (changed behind our back), orphan, posture (watched only), conflict,
    unread, asleep. Changes nothing on any machine.

    Exit codes: 0 no drift, 2 drift, 3 nothing worse than something unseen, 1 error.
    """
    studio = load_studio(settings)
    scope = scope_of(settings, studio)
    evidence = evidence_of(settings, studio.name)
    with reading(settings, studio, evidence, scope.machines) as engine:
        survey, plan = look(engine, scope)
    say_locks(settings, survey)
    if not no_record:
        record(settings, evidence, survey, plan)
    since = evidence.since()
    if settings.json:
        settings.document(drift_document(plan, since))
    else:
        lines = report.screen(plan, Paint(settings.colour), since)
        following = ["Next: studio-backup plan"] if of_plan(plan, False) == 2 else []
        settings.write("\n".join([*lines, *([""] if lines else []), report.summary(plan), *following]))
    return of_plan(plan, overslept(studio, plan))
