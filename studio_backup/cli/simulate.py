"""`simulate`: play the studio forward with a moved clock, and let things happen."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import click

from studio_backup.cli.evidence import as_it_stands
from studio_backup.cli.options import command as make_command
from studio_backup.cli.scope import say_not_set_up
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.verdict import chosen_datasets
from studio_backup.cli.what_if import named
from studio_backup.errors import UsageError
from studio_backup.policy import Holding, places_of
from studio_backup.policy.played import Happening, Setting
from studio_backup.policy.replay import midnight, play
from studio_backup.report import simulate as report
from studio_backup.report.text import Paint
from studio_backup.spec.schedule import DAY

_WHEN = re.compile(r"(?P<event>.+)@(?P<day>[0-9]{1,5})(?: (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}))?")


@make_command("json", selects=True)
@click.option("--days", type=click.IntRange(1, 3660), required=True, metavar="N", help="How many days to play.")
@click.option("--event", "events", multiple=True, metavar="EVENT@DAY", help="delete@12, 'site:studio@30 17:00' …")
@click.option("--missed", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="Runs that fail.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Which runs those are.")
@click.option("--turns", type=click.IntRange(1, 3660), metavar="DAYS",
              help="How long each drive of a rotation is here, in place of what the spec says (turn:).")  # fmt: skip
def command(settings: Settings, days: int, events: tuple[str, ...], missed: float, seed: int, turns: int | None) -> int:
    """Play schedules, retention, rotation and missed runs day by day from today on, and tell what is new on a day.

    An event happens at noon of its day (1 is today), or at the time that is said; the names are those of what-if.
    What is deleted or encrypted is not noticed: jobs go on, and each day it is told what there still is of before.

    \b
    Example: simulate --days 60 --event delete@12
             simulate --days 90 --missed 5 --event 'site:studio@80 17:00'

    Exit codes: 0 played, 1 error.
    """
    studio = as_it_stands(settings, load_studio(settings))
    if turns is not None:
        drives = {name: dataclasses.replace(one, turn=turns * DAY) for name, one in studio.drives.items()}
        studio = dataclasses.replace(studio, drives=drives)
    say_not_set_up(settings, studio)
    chosen = chosen_datasets(settings, studio)
    places = {dataset.full_name: places_of(studio, dataset) for dataset in chosen}
    start = midnight(time.time())
    setting = Setting(
        start=start,
        days=days,
        happenings=tuple(_happening(text, start, days, places.values()) for text in events),
        missed=missed / 100,
        seed=seed,
    )
    played = [play(one, places[one.full_name], setting) for one in chosen]
    if settings.json:
        settings.document(report.document(studio.name, played, setting))
    else:
        settings.write("\n".join(report.screen(played, setting, Paint(settings.colour))))
    return 0


def _happening(text: str, start: datetime, days: int, places: Iterable[Sequence[Holding]]) -> Happening:
    found = _WHEN.fullmatch(text)
    hour, minute = int((found and found["hour"]) or 12), int((found and found["minute"]) or 0)
    if not found or hour > 23 or minute > 59:
        raise UsageError(f"--event: '{text}' does not say when", "write EVENT@DAY or 'EVENT@DAY HH:MM': delete@12")
    if not 1 <= int(found["day"]) <= days:
        raise UsageError(f"--event: day {found['day']} is not played", f"write a day from 1 to {days}, or more --days")
    at = start + timedelta(days=int(found["day"]) - 1, hours=hour, minutes=minute)
    return Happening(event=named(found["event"], places), at=at)
