"""A report as JUnit XML: a suite for the datasets, one for the waivers, one a system with a case a resource.

FAIL and what differs are failures; UNKNOWN and what could not be seen are errors; asleep, left out and waived are
skipped. No clock time and no host name of this machine is in it but the report's own moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from studio_backup.policy import Verdict
from studio_backup.policy.verdict import FAIL, NONE, UNKNOWN
from studio_backup.report.compliance import Difference, Report, Sighted
from studio_backup.report.differences import lines_of
from studio_backup.report.plan_json import source_of
from studio_backup.report.text import moment, safe

#: Class of a difference -> what it is in JUnit; every other one is a failure.
_OUTCOMES = {"unread": "error", "asleep": "skipped"}


@dataclass(frozen=True)
class _Case:
    """One test case: `outcome` is "" for passed, else failure, error or skipped, with its type and what it says."""

    group: str
    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""
    text: tuple[str, ...] = ()


def xml(report: Report) -> str:
    """The whole document."""
    suites = [("datasets", [_dataset(verdict) for verdict in report.verdicts], {"covers": report.covers or "all"})]
    suites.append(("waivers", _waivers(report), {}))
    differing = {one.change.address: one for one in report.differences}
    cases: dict[str, list[_Case]] = {one.system.full_name: [_answers(one)] for one in report.systems}
    for change in report.plan.changes:
        resource = change.resource
        case = _Case(resource.system, f"{resource.kind} {resource.name}")
        difference = differing.get(change.address)
        cases[resource.system].append(_difference(case, difference) if difference else case)
    for one in report.systems:
        properties = {"last-seen": moment(one.seen), "state": one.state}
        suites.append((one.system.full_name, cases[one.system.full_name], properties))
    when = datetime.fromtimestamp(report.at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    every = [case for _, found, _ in suites for case in found]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites name={_quoted(report.studio)} {_counted(every)}>"]
    for number, (name, found, properties) in enumerate(suites):
        lines += _suite(number, name, found, properties, when)
    return "\n".join([*lines, "</testsuites>"])


def _suite(number: int, name: str, cases: list[_Case], properties: dict[str, str], when: str) -> list[str]:
    skipped = sum(case.outcome == "skipped" for case in cases)
    head = f'<testsuite name={_quoted(name)} id="{number}" timestamp="{when}" {_counted(cases)} skipped="{skipped}">'
    inner = [f"<property name={_quoted(key)} value={_quoted(value)}/>" for key, value in properties.items()]
    inner = ["<properties>", *inner, "</properties>"] if inner else []
    return [head, *inner, *(_case(case) for case in cases), "</testsuite>"]


def _counted(cases: Iterable[_Case]) -> str:
    outcomes = [case.outcome for case in cases]
    failures, errors = outcomes.count("failure"), outcomes.count("error")
    return f'tests="{len(outcomes)}" failures="{failures}" errors="{errors}" time="0"'


def _case(case: _Case) -> str:
    head = f'<testcase name={_quoted(case.name)} classname={_quoted(case.group)} time="0"'
    if not case.outcome:
        return f"{head}/>"
    if case.outcome == "skipped":
        return f"{head}><skipped message={_quoted(case.message)}/></testcase>"
    text = "\n".join(escape(safe(line)) for line in case.text)
    said = f"<{case.outcome} message={_quoted(case.message)} type={_quoted(case.kind)}>{text}</{case.outcome}>"
    return f"{head}>{said}</testcase>"


def _quoted(text: str) -> str:
    return quoteattr(safe(text))


def _dataset(verdict: Verdict) -> _Case:
    case = _Case("datasets", verdict.dataset.full_name)
    if verdict.word == NONE:
        return _as(case, "skipped", NONE, "it asks for nothing")
    if verdict.word == UNKNOWN:
        return _as(case, "error", UNKNOWN, f"not seen: {', '.join(verdict.unseen)}")
    if verdict.word != FAIL:
        return case
    text = tuple(f"{one.rule}: {one.message}; fix: {one.fix} ({one.place})" for one in verdict.findings)
    return _as(case, "failure", FAIL, verdict.findings[0].message, text)


def _waivers(report: Report) -> list[_Case]:
    found = []
    for one in report.waived:
        case = _Case("waivers", one.waiver.name)
        told = f"{one.state} ({one.waiver.expires}), {one.waiver.owner}: {one.waiver.reason}"
        text = (f"fix: {one.fix} ({one.waiver.place})",)
        found.append(_as(case, "failure", one.state, told, text) if one.is_finding else case)
    return found


def _answers(one: Sighted) -> _Case:
    case = _Case(one.system.full_name, "answers")
    told = f"{one.state}: {one.reason}" if one.reason else one.state
    if one.state in ("unread", "overslept"):
        return _as(case, "error", one.state, told, (f"fix: {one.fix}",) if one.fix else ())
    return case if one.state == "seen" else _as(case, "skipped", one.state, told)


def _difference(case: _Case, one: Difference) -> _Case:
    reason = f"{one.word}: {one.change.reason}" if one.change.reason else one.word
    if one.waiver:
        told = f"{reason}; waived until {one.waiver.expires} by {one.waiver.owner}: {one.waiver.reason}"
        return _as(case, "skipped", one.word, told)
    fix = [f"fix: {one.change.fix}"] if one.change.fix else []
    text = (f"spec: {source_of(one.change)}", *fix, *lines_of(one.change))
    return _as(case, _OUTCOMES.get(one.word, "failure"), one.word, reason, text)


def _as(case: _Case, outcome: str, kind: str, message: str, text: tuple[str, ...] = ()) -> _Case:
    return _Case(case.group, case.name, outcome, kind, message, text)
