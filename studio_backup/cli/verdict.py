"""`verdict`: does the design meet its policies, and what would mend it."""

from __future__ import annotations

from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.policy import Verdict, judge
from studio_backup.policy.verdict import FAIL
from studio_backup.report import verdict as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import Studio
from studio_backup.spec.selectors import select

NOT_MET = 4


@make_command("json", selects=True)
def command(settings: Settings) -> int:
    """Judge the design, offline: if every job runs, is each dataset as safe as its policy asks?

    A copy counts once for each disk it does not share; RAID is no copy; off-site is another site than the
    original's. For a FAIL it names the smallest change that would mend it, and where in the spec.

    Exit codes: 0 every policy is met, 4 one is not, 1 error.
    """
    studio = load_studio(settings)
    verdicts = verdicts_of(settings, studio)
    if settings.json:
        settings.document(report.document(studio.name, verdicts))
    else:
        settings.write("\n".join(report.screen(verdicts, Paint(settings.colour))))
    return NOT_MET if any(verdict.word == FAIL for verdict in verdicts) else 0


def verdicts_of(settings: Settings, studio: Studio) -> list[Verdict]:
    """The verdict on every chosen dataset: those that are selected, or that stand on selected machines."""
    selection = select(studio, settings.only, settings.leave_out)
    chosen = [dataset for dataset in studio.datasets.values() if selection.dataset(dataset.full_name)]
    return [judge(studio, dataset) for dataset in chosen]
