"""`drift`: where the machines differ from the spec, by the very survey that plan makes, as a report on the studio."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence

import click

from studio_backup.cli import telling
from studio_backup.cli.codes import CHANGES, of_plan
from studio_backup.cli.due import dates
from studio_backup.cli.evidence import evidence_of, record
from studio_backup.cli.failures import ERROR
from studio_backup.cli.locking import say_locks
from studio_backup.cli.options import command as make_command
from studio_backup.cli.plan import overslept
from studio_backup.cli.reading import reading
from studio_backup.cli.scope import scope_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.verdict import by_evidence, chosen_datasets
from studio_backup.cli.what_if import pace_of
from studio_backup.compile import Route, routes
from studio_backup.errors import EvidenceError
from studio_backup.evidence import Evidence
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.policy import matrix_of, places_of
from studio_backup.policy.custody import as_moved
from studio_backup.probe import Probe
from studio_backup.report import drift as screen
from studio_backup.report.compliance import Report, systems_of
from studio_backup.report.compliance_json import document
from studio_backup.report.status import sights
from studio_backup.report.text import Paint
from studio_backup.report.waived import differences_of, waived_of
from studio_backup.spec.model import Studio
from studio_backup.status import probe, standings
from studio_backup.survey import Survey

#: How long until a deletion is noticed, in the report's matrix: what `what-if` takes when nothing else is said.
NOTICED_AFTER = 7 * 86400


@make_command("html", "json", "junit", "prometheus", selects=True, connects=True)
@click.option("--no-record", is_flag=True, help="Do not even note locally what was seen.")
@click.option("--notify", "tell", is_flag=True, help="Tell whom `notify:` of the inventory names what is new.")
def command(settings: Settings, no_record: bool, tell: bool) -> int:
    """Report on the studio: what differs from the spec, the verdict on every dataset, when each system was seen.

    Classes: pending (not applied yet), drifted (changed behind our back), orphan, posture (watched only), conflict,
    unread, asleep. What a waiver of the inventory covers is shown and does not count. Changes nothing on any
    machine. For the owner: --format html --output report.html

    Exit codes: 0 no drift, 2 drift, 3 nothing worse than something unseen, 1 error, or somebody could not be told.
    """
    studio = load_studio(settings)
    scope = scope_of(settings, studio)
    if tell:
        telling.check(studio, scope, no_record)
    evidence = evidence_of(settings, studio.name)
    ways = _routes(studio, scope)
    with reading(settings, studio, evidence, scope.machines) as engine:
        survey, plan = look(engine, scope, _asked(ways))
    say_locks(settings, survey)
    if not no_record:
        record(settings, evidence, survey, plan)
    report = _report(settings, studio, scope, ways, survey, plan, evidence, int(time.time()))
    if not no_record:
        _record(settings, evidence, report)
    show(settings, report)
    code = _code(studio, report)
    untold = tell and not telling.tell(settings, evidence, studio, report)
    return ERROR if untold else code


def _routes(studio: Studio, scope: Scope) -> list[Route]:
    """The copies that stand on machines that are asked anyhow."""
    asked = {machine.name for machine in scope.machines}
    return [route for route in routes(studio, unread=True) if route.writer.machine in asked]


def _asked(ways: Sequence[Route]) -> Mapping[str, list[Probe]]:
    found: dict[str, list[Probe]] = {}
    for route in ways:
        found.setdefault(route.writer.full_name, []).append(probe(route))
    return found


def _report(
    settings: Settings,
    studio: Studio,
    scope: Scope,
    ways: Sequence[Route],
    survey: Survey,
    plan: Plan,
    evidence: Evidence,
    now: int,
) -> Report:
    moved = as_moved(studio, evidence.custody()) if studio.drives else studio
    chosen = chosen_datasets(settings, moved)
    drills = evidence.drills()
    copies = standings(ways, survey.systems)
    seen = sights(copies, now)
    since = evidence.since()
    differences = [
        dataclasses.replace(one, since=since.get(one.change.address))
        for one in differences_of(plan, studio.waivers, now)
    ]
    systems = systems_of(studio, survey, evidence.systems(), now)
    # What is no longer in the spec is only found where it stands: of what was not seen now, the last look counts.
    away = tuple(f"{one.system.full_name}/" for one in systems if one.state != "seen")
    noted = (address for address in since if address.startswith(away))
    known = list(dict.fromkeys([*scope.wanted, *(change.address for change in plan.changes), *noted]))
    report = Report(
        studio=studio.name,
        at=now,
        covers=_covers(settings, scope),
        plan=plan,
        differences=tuple(differences),
        systems=systems,
        waived=waived_of(studio.waivers, differences, known, now, scope.whole),
        verdicts=tuple(by_evidence(settings, moved, chosen, seen)),
        matrices=tuple(
            matrix_of(one, places_of(moved, one), NOTICED_AFTER, pace=pace_of(moved, one, drills, now))
            for one in chosen
        ),
        copies=tuple(copies),
        noticed_after=NOTICED_AFTER,
        due=tuple(dates(settings, studio)),
        history=(),
    )
    earlier = evidence.reports()
    if not report.covers:
        earlier = [*(one for one in earlier if one[0] < now), (now, report.counts())]
    return dataclasses.replace(report, history=tuple(earlier))


def _record(settings: Settings, evidence: Evidence, report: Report) -> None:
    """Note what the report came to, for the history of the next ones."""
    try:
        evidence.record_report(report.at, not report.covers, report.counts())
    except EvidenceError as error:
        settings.say(f"warning: {error.message}")


def _covers(settings: Settings, scope: Scope) -> str:
    """What was chosen, in words; "" for all of it."""
    parts = [f"--only {word}" for word in settings.only] + [f"--except {word}" for word in settings.leave_out]
    if not scope.whole and not parts:
        parts = [f"-p {path}" for path in settings.playbooks]
    return " ".join(parts)


def show(settings: Settings, report: Report) -> None:
    """The report in the format that was asked for; what is not asked for is not loaded."""
    match settings.format:
        case "json":
            settings.document(document(report))
        case "html":
            from studio_backup.report.page import html

            settings.write(html(report))
        case "junit":
            from studio_backup.report.junit import xml

            settings.write(xml(report))
        case "prometheus":
            from studio_backup.report.prometheus import text

            settings.write(text(report))
        case _:
            lines = screen.screen(report, Paint(settings.colour))
            following = ["Next: studio-backup plan"] if of_plan(report.counting, False) == CHANGES else []
            settings.write("\n".join([*lines, *([""] if lines else []), screen.summary(report), *following]))


def _code(studio: Studio, report: Report) -> int:
    """What is waived does not count; a waiver that has expired or names nothing does."""
    if any(one.is_finding for one in report.waived):
        return CHANGES
    return of_plan(report.counting, overslept(studio, report.counting) or bool(report.unheard))
