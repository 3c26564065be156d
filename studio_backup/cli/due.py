"""`due`: everything with a date, in one list."""

from __future__ import annotations

import time

import click

from studio_backup.cli.codes import CHANGES, UNSEEN
from studio_backup.cli.evidence import known_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.errors import UsageError
from studio_backup.policy import policy_of
from studio_backup.policy.due import OVERDUE, UNKNOWN, Due, due_of
from studio_backup.report import due as report
from studio_backup.report.text import Paint
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.model import Studio
from studio_backup.spec.wording import MalformedError


@make_command("json")
@click.option("--within", metavar="TIME", help="Only what is due by then, e.g. '30 days'; default: everything.")
def command(settings: Settings, within: str | None) -> int:
    """List what falls due, soonest first: spinning up shelf drives, their age and warranty, discs to be written anew,
    restores to prove copies, copies that people make, words that run out, drives on their way.

    Offline: it reads the spec and the record of this machine. What was never noted stands first.

    Exit codes: 0 nothing is overdue, 2 something is, 3 nothing worse than something never noted, 1 error.
    """
    studio = load_studio(settings)
    now = time.time()
    due = dates(settings, studio)
    if within is not None:
        limit = now + _span(within)
        due = [one for one in due if one.when is None or one.when <= limit]
    if settings.json:
        settings.document(report.document(studio.name, due, now))
    else:
        settings.write("\n".join(report.screen(due, now, Paint(settings.colour))))
    states = {one.state(now) for one in due}
    return CHANGES if OVERDUE in states else UNSEEN if UNKNOWN in states else 0


def dates(settings: Settings, studio: Studio) -> list[Due]:
    """Everything with a date, by what the record holds."""
    policies = {dataset.full_name: policy_of(studio, dataset) for dataset in studio.datasets.values()}
    return due_of(studio, policies, known_of(settings, studio))


def _span(text: str) -> int:
    try:
        return parse_duration(text)
    except MalformedError as error:
        raise UsageError(f"--within: {error.message}", error.fix) from error
