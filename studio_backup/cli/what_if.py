"""`what-if`: what each disaster would leave."""

from __future__ import annotations

import click

from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.verdict import verdicts_of
from studio_backup.errors import UsageError
from studio_backup.policy import Event, Verdict, events_of
from studio_backup.policy.events import KINDS
from studio_backup.report import what_if as report
from studio_backup.report.text import Paint
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.wording import MalformedError, suggest


@make_command("json", selects=True)
@click.option("--event", "events", multiple=True, metavar="EVENT", help="Only this: delete, disk:nas/bay1, site:home …")
@click.option(
    "--noticed-after", default="7 days", metavar="TIME", show_default=True, help="When a deletion is noticed."
)
def command(settings: Settings, events: tuple[str, ...], noticed_after: str) -> int:
    """Say what every disaster would leave of each dataset, from which copy, and how much work is lost at worst.

    Events: delete, encrypt, disk:MACHINE/DISK, array:MACHINE/ARRAY, machine:NAME, ransomware:MACHINE,
    room:SITE/ROOM, site:NAME, control. It is the design that is judged: what holds if every job runs.

    Exit codes: 0 shown, 1 error.
    """
    studio = load_studio(settings)
    verdicts = verdicts_of(settings, studio)
    try:
        seconds = parse_duration(noticed_after)
    except MalformedError as error:
        raise UsageError(f"--noticed-after: {error.message}", error.fix) from error
    only = [_event(text, verdicts) for text in events]
    if settings.json:
        settings.document(report.document(studio.name, verdicts, only, seconds))
    else:
        settings.write("\n".join(report.screen(verdicts, only, seconds, Paint(settings.colour))))
    return 0


def _event(text: str, verdicts: list[Verdict]) -> Event:
    """One that can happen to a chosen dataset; anything else is an error with near matches."""
    possible = {
        f"{event.kind}:{event.subject}" if event.subject else event.kind: event
        for verdict in verdicts
        for event in events_of(verdict.holdings)
    }
    if text not in possible:
        kind = text.partition(":")[0]
        near = [name for name in possible if name.startswith(f"{kind}:")] if kind in KINDS else list(possible)
        raise UsageError(f"nothing chosen is touched by the event '{text}'", suggest(text, near, "try --help"))
    return possible[text]
