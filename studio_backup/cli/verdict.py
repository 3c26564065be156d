"""`verdict`: does the design, or the evidence, meet the policies, and what would mend it."""

from __future__ import annotations

import time

import click

from studio_backup.cli.codes import UNSEEN
from studio_backup.cli.evidence import as_it_stands, evidence_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.scope import say_not_set_up
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.policy import Sight, Verdict, holdings_of, judge, judge_live, policy_of
from studio_backup.policy.verdict import FAIL, UNKNOWN
from studio_backup.report import verdict as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.selectors import select

NOT_MET = 4


@make_command("json", selects=True, connects=True)
@click.option("--live", is_flag=True, help="Judge what is there: reads every machine that holds a copy.")
def command(settings: Settings, live: bool) -> int:
    """Judge the design, offline: if every job runs, is each dataset as safe as its policy asks?

    A copy counts once for each disk it does not share; RAID is no copy; off-site is another site than the
    original's. For a FAIL it names the smallest change that would mend it, and where in the spec.
    With --live a copy counts only while its newest restore point is fresh; what hangs on a copy that could
    not be seen is UNKNOWN, never OK. So is what nobody has said of late: that a copy by another product was made,
    that a client still has the drive, that the account asks for a second factor; and, where the policy wants
    drills, a copy that was not restored from.

    Exit codes: 0 every policy is met, 4 one is not, 3 nothing worse than UNKNOWN, 1 error.
    """
    studio = as_it_stands(settings, load_studio(settings))
    say_not_set_up(settings, studio)
    chosen = chosen_datasets(settings, studio)
    if live:
        sights = _look(settings, studio, chosen)
        verdicts = by_evidence(settings, studio, chosen, sights)
    else:
        verdicts = [judge(studio, dataset, today=today()) for dataset in chosen]
    if settings.json:
        settings.document(report.document(studio.name, verdicts))
    else:
        settings.write("\n".join(report.screen(verdicts, Paint(settings.colour), live)))
    words = {verdict.word for verdict in verdicts}
    return NOT_MET if FAIL in words else UNSEEN if UNKNOWN in words else 0


def by_evidence(
    settings: Settings, studio: Studio, chosen: list[Dataset], sights: dict[str, dict[str, Sight]]
) -> list[Verdict]:
    """What was seen, with all that the record knows of drives, accounts, other products' copies and drills."""
    from studio_backup.policy.due import Known
    from studio_backup.policy.witness import restore_time, sights_beyond, unsure_of

    evidence, now = evidence_of(settings, studio.name), time.time()
    known = Known(facts=evidence.facts(), custody=evidence.custody(), drills=evidence.drills(),
                  looks=evidence.observations())  # fmt: skip
    return [
        judge_live(
            studio,
            dataset,
            sights_beyond(studio, dataset, sights.get(dataset.full_name, {}), known, now),
            today(),
            unsure_of(studio, holdings_of(studio, dataset), policy_of(studio, dataset), known, now),
            restore_time(dataset, known, now),
        )
        for dataset in chosen
    ]


def chosen_datasets(settings: Settings, studio: Studio) -> list[Dataset]:
    """The datasets that are selected, or that stand on selected machines."""
    selection = select(studio, settings.only, settings.leave_out)
    return [dataset for dataset in studio.datasets.values() if selection.dataset(dataset.full_name)]


def verdicts_of(settings: Settings, studio: Studio) -> list[Verdict]:
    """The verdict on the design of every chosen dataset."""
    return [judge(studio, dataset, today=today()) for dataset in chosen_datasets(settings, studio)]


def today() -> str:
    """The day here, as an ISO date: locations begin and end."""
    return time.strftime("%Y-%m-%d")


def _look(settings: Settings, studio: Studio, chosen: list[Dataset]) -> dict[str, dict[str, Sight]]:
    """What was seen of each copy of these datasets: dataset -> copy -> sight."""
    # Only --live connects: the design is judged without loading anything of that.
    from studio_backup.cli.reading import products_of, seen_copies
    from studio_backup.compile import routes
    from studio_backup.report.status import sights

    names = {dataset.full_name for dataset in chosen}
    ways = [route for route in routes(studio, unread=True) if route.dataset.full_name in names]
    return sights(seen_copies(settings, studio, ways, products_of(studio, names)), time.time())
