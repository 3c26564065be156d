"""`what-if`: what each disaster would leave."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import click

from studio_backup.cli.codes import UNSEEN
from studio_backup.cli.evidence import as_it_stands, evidence_of, known_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.scope import say_not_set_up
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.verdict import chosen_datasets
from studio_backup.errors import UsageError
from studio_backup.facts import Drill, Observation
from studio_backup.policy import Event, Holding, Pace, events_of, matrix_of, places_of, policy_of
from studio_backup.policy.events import KINDS
from studio_backup.policy.recovery import DRILLED_FOR
from studio_backup.policy.remembered import remembered
from studio_backup.report import what_if as report
from studio_backup.report.text import Paint
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.wording import MalformedError, suggest


@make_command("json", selects=True, connects=True)
@click.option("--event", "events", multiple=True, metavar="EVENT", help="Only this: delete, disk:nas/bay1, site:home …")
@click.option(
    "--noticed-after",
    default="7 days",
    metavar="TIME",
    show_default=True,
    help="When a deletion, or a theft of a login, is noticed.",
)
@click.option("--live", is_flag=True, help="By what is there: reads every machine that holds a copy.")
def command(settings: Settings, events: tuple[str, ...], noticed_after: str, live: bool) -> int:
    """Say what every disaster would leave of each dataset, from which copy, how much work is lost, how soon it is back.

    Events: delete, sync, encrypt, disk:MACHINE/DISK or disk:DRIVE, array:MACHINE/ARRAY, volume:MACHINE/VOLUME,
    enclosure:, controller:, power:, machine:NAME, os:MACHINE/SYSTEM, ransomware:MACHINE, account:NAME,
    credential:WHOSE, room:SITE/ROOM, theft:SITE/ROOM, site:NAME, bag:NAME, control.

    Without --live it is the design that is judged: what holds at every moment if every job runs. BACK IN comes
    from drills: it is UNKNOWN until a restore was really done.

    Exit codes: 0 shown, 1 error; with --live 3 when a copy could not be seen.
    """
    studio = as_it_stands(settings, load_studio(settings))
    say_not_set_up(settings, studio)
    chosen = chosen_datasets(settings, studio)
    seconds = noticed(noticed_after)
    places = {dataset.full_name: places_of(studio, dataset, seconds) for dataset in chosen}
    only = [named(text, places.values()) for text in events]
    seen = _look(settings, studio, chosen) if live else None
    now, drills = time.time(), evidence_of(settings, studio.name).drills()
    matrices = [
        matrix_of(
            one,
            places[one.full_name],
            seconds,
            only=only,
            pace=pace_of(studio, one, drills, now),
            seen=None if seen is None else seen.get(one.full_name, {}),
            now=now,
        )
        for one in chosen
    ]
    if settings.json:
        settings.document(report.document(studio.name, matrices, seconds, live))
    else:
        settings.write("\n".join(report.screen(matrices, seconds, Paint(settings.colour), live)))
    return UNSEEN if any(outcome.unseen for matrix in matrices for outcome in matrix.outcomes) else 0


def noticed(text: str) -> int:
    """Seconds of --noticed-after. Raises UsageError."""
    try:
        return parse_duration(text)
    except MalformedError as error:
        raise UsageError(f"--noticed-after: {error.message}", error.fix) from error


def named(text: str, places: Iterable[Sequence[Holding]]) -> Event:
    """An event that can happen to a chosen dataset; anything else is an error with near matches."""
    possible = {str(event): event for holdings in places for event in events_of(holdings)}
    if text not in possible:
        kind = text.partition(":")[0]
        near = [name for name in possible if name.startswith(f"{kind}:")] if kind in KINDS else list(possible)
        raise UsageError(f"nothing chosen is touched by the event '{text}'", suggest(text, near, "try --help"))
    return possible[text]


def pace_of(studio: Studio, dataset: Dataset, drills: Sequence[tuple[int, Drill]], now: float) -> Pace:
    """By drills that the policy still counts; of the size that the spec says where no drill says better."""
    policy = policy_of(studio, dataset)
    limit = policy.drill if policy is not None and policy.drill is not None else DRILLED_FOR
    return Pace.drilled(drills, dataset.full_name, now, limit, dataset.size)


def _look(settings: Settings, studio: Studio, chosen: Sequence[Dataset]) -> dict[str, dict[str, Observation]]:
    """What was seen of each copy of these datasets: dataset -> copy -> what it holds."""
    # Only --live connects: the design is judged without loading anything of that.
    from studio_backup.cli.reading import products_of, seen_copies
    from studio_backup.compile import routes
    from studio_backup.status import observations

    names = {dataset.full_name for dataset in chosen}
    ways = [route for route in routes(studio, unread=True) if route.dataset.full_name in names]
    looks = observations(seen_copies(settings, studio, ways, products_of(studio, names)), int(time.time()))
    known, now = known_of(settings, studio), time.time()
    found = {dataset.full_name: remembered(studio, dataset, known, now) for dataset in chosen}
    for look in looks:
        dataset, _, copy = look.copy.rpartition("/")
        found.setdefault(dataset, {})[copy] = look
    return found
