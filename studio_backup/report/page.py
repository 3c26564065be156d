"""A report as one HTML page for the owner: nothing is loaded from anywhere, no script, whatever came from a machine is
text."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from studio_backup.policy.due import OVERDUE
from studio_backup.report.charts import charts
from studio_backup.report.compliance import CLASSES, STATES, Report, Sighted
from studio_backup.report.compliance_json import document
from studio_backup.report.grouping import groups
from studio_backup.report.matrix import matrix
from studio_backup.report.text import age, count, day_of, moment, safe


def html(report: Report) -> str:
    """The whole page."""
    style = _shipped("page.css")
    told = document(report)
    return _environment().get_template("page.html").render(
        report=report,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        headline=headline(report),
        summary=summary(report),
        datasets=told["verdicts"],
        copies={(one["dataset"], one["copy"]): one for one in _rows(told["copies"])},
        matrix=matrix(_rows(told["events"])),
        due=_rows(told["due"]),
        states=STATES,
        classes=CLASSES,
        groups=groups(report),
        charts=charts(report.history),
    )  # fmt: skip


def _rows(value: object) -> list[dict[str, Any]]:
    assert isinstance(value, list)
    return value


def headline(report: Report) -> str:
    """The verdict in one sentence."""
    words = [verdict.word for verdict in report.verdicts if verdict.word != "NONE"]
    if not words:
        return "No dataset asks for anything: there is nothing to judge."
    wrong, unknown, all_of_them = words.count("FAIL"), words.count("UNKNOWN"), count(len(words), "dataset")
    if wrong:
        return f"{wrong} of {all_of_them} {_is(wrong)} not as safe as the policy asks."
    if unknown:
        return f"Of {unknown} of {all_of_them} nobody can say whether {_is(unknown, 'it')} safe: not all could be seen."
    return f"{'It is' if len(words) == 1 else f'All {all_of_them} are'} as safe as the policy asks."


def _is(number: int, subject: str = "") -> str:
    if subject:
        return "it is" if number == 1 else "they are"
    return "is" if number == 1 else "are"


def summary(report: Report) -> list[str]:
    """What else an owner should know at once, a sentence each."""
    counts = report.counts()
    lines = []
    if counts.get("FAIL") and counts.get("UNKNOWN"):
        lines.append(f"Of {count(counts['UNKNOWN'], 'more dataset')} nobody can say whether it is safe.")
    states = [f"{number} {state.replace('-', ' ')}" for state in STATES if (number := counts.get(f"system-{state}", 0))]
    lines.append(f"{count(len(report.systems), 'system')}: {', '.join(states)}.")
    parts = [f"{counts[word]} {word}" for word in CLASSES if counts.get(word)]
    fine = f"{count(counts['ok'], 'resource is', 'resources are')} as described"
    lines.append(f"{fine}; different: {', '.join(parts)}." if parts else f"{fine}, nothing differs.")
    overdue = sum(one.state(report.at) == OVERDUE for one in report.due)
    if overdue:
        lines.append(f"{count(overdue, 'date is', 'dates are')} overdue.")
    if counts.get("waived"):
        lines.append(f"{count(counts['waived'], 'difference')} waived: somebody answers for it.")
    if counts.get("expired-waiver"):
        lines.append(f"{count(counts['expired-waiver'], 'waiver')} expired or naming nothing.")
    return lines


def last_seen(one: Sighted, now: int) -> str:
    """When a system answered last, and how long ago that is."""
    if one.seen is None:
        return "never"
    return moment(one.seen) if one.seen == now else f"{moment(one.seen)}, {age(now - one.seen)} ago"


def day(when: int | None) -> str:
    """The last day on which it is not overdue, in UTC; at once where nobody ever noted anything."""
    return "at once" if when is None else day_of(when - 1)


@cache
def _environment() -> Environment:
    """Autoescape for what HTML obeys; `safe` for control bytes, in every expression, so that none can be forgotten."""
    environment = Environment(
        loader=DictLoader({"page.html": _shipped("page.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup | int | float) else safe(value),
    )
    environment.filters |= {"moment": moment, "age": age, "count": count, "day": day}
    environment.globals |= {"last_seen": last_seen}
    return environment


@cache
def _shipped(name: str) -> str:
    return (files("studio_backup") / "report" / name).read_text(encoding="utf-8")
