"""A report as a text file for Prometheus' textfile collector: gauges only, a word of its own for each state."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.report.compliance import CLASSES, STATES, Report
from studio_backup.report.text import safe
from studio_backup.spec.retention import point_time

#: Labels and value of one sample.
_Sample = tuple[dict[str, str], float]
_VERDICTS = ("OK", "FAIL", "UNKNOWN", "NONE")


def text(report: Report) -> str:
    """Every metric, each with its help and type."""
    lines: list[str] = []
    for name, (told, samples) in _metrics(report).items():
        lines += [f"# HELP studio_backup_{name} {told}", f"# TYPE studio_backup_{name} gauge"]
        lines += [_line(f"studio_backup_{name}", {"studio": report.studio, **labels}, number)
                  for labels, number in samples]  # fmt: skip
    return "\n".join(lines)


def _metrics(report: Report) -> dict[str, tuple[str, list[_Sample]]]:
    systems = report.systems
    return {
        "report_timestamp_seconds": ("When this report was made.", [({}, report.at)]),
        "report_whole": ("1 for a report on the whole studio, 0 for a part of it.", [({}, not report.covers)]),
        "dataset_verdict": (
            "1 for the verdict that holds on what was seen.",
            [({"dataset": verdict.dataset.full_name, "verdict": word}, verdict.word == word)
             for verdict in report.verdicts for word in _VERDICTS],
        ),
        "copy_newest_point_timestamp_seconds": ("Date of the newest restore point.", list(_points(report))),
        "copy_limit_seconds": (
            "How old the newest restore point may be.",
            [(_copy(one.route.copy.full_name), one.limit) for one in report.copies],
        ),
        "system_state": (
            "1 for the state that holds.",
            [({"system": one.system.full_name, "state": state}, one.state == state)
             for one in systems for state in STATES],
        ),
        "system_last_seen_timestamp_seconds": (
            "When the system last answered; missing for one that never did.",
            [({"system": one.system.full_name}, one.seen) for one in systems if one.seen is not None],
        ),
        "differences": (
            "Resources that are not as the spec wants them, without what is waived.",
            list(_differences(report)),
        ),
        "differences_waived": ("Differences that somebody answers for.", [({}, sum(
            one.waiver is not None for one in report.differences))]),
        "waivers_to_mend": ("Waivers that have expired or name nothing.", [({}, sum(
            one.is_finding for one in report.waived))]),
    }  # fmt: skip


def _points(report: Report) -> Iterable[_Sample]:
    for one in report.copies:
        moment = point_time(one.newest)
        if moment is not None:
            yield _copy(one.route.copy.full_name), moment.timestamp()


def _copy(full_name: str) -> dict[str, str]:
    dataset, _, copy = full_name.rpartition("/")
    return {"dataset": dataset, "copy": copy}


def _differences(report: Report) -> Iterable[_Sample]:
    counts: dict[tuple[str, str], int] = {}
    for one in report.differences:
        if one.waiver is None:
            key = (one.change.resource.system, one.word)
            counts[key] = counts.get(key, 0) + 1
    for seen in report.systems:
        if seen.state != "left-out":
            name = seen.system.full_name
            yield from (({"system": name, "class": word}, counts.get((name, word), 0)) for word in CLASSES)


def _line(name: str, labels: dict[str, str], number: float) -> str:
    inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
    return f"{name}{{{inside}}} {number:.0f}"


def _escaped(value: str) -> str:
    return safe(value).replace("\\", "\\\\").replace('"', '\\"')
