"""What a receiver is told about a report: what is new since the last message, what is well again, who is silent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from studio_backup.report.compliance import CLASSES, Report
from studio_backup.report.drift import summary
from studio_backup.report.text import age, count, moment, safe
from studio_backup.spec.model import Receiver

#: Lines of one message about single things; the report has all of them.
MOST_LINES = 30


@dataclass(frozen=True)
class Message:
    """One message: why it is sent (problem, recovery, silence or result), its subject and its text."""

    about: str
    title: str
    body: str


@dataclass(frozen=True)
class Told:
    """What a receiver knows: everything that is wrong, and the machines that are silent."""

    wrong: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()

    def text(self) -> str:
        """For the local record."""
        return json.dumps({"wrong": sorted(self.wrong), "silent": sorted(self.silent)})


def told_of(text: str) -> Told:
    """What the record says; one that cannot be read is nothing told, so that it is told again."""
    try:
        found = json.loads(text)
        return Told(frozenset(map(str, found["wrong"])), frozenset(map(str, found["silent"])))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Told()


def known_by(report: Report, silent_after: int, before: Told) -> Told:
    """All that there is to know from this report, and what was known before and could not be looked at now."""
    return Told(frozenset([*_wrong(report), *_unseen(report, before)]), frozenset(_silent(report, silent_after)))


def _unseen(report: Report, before: Told) -> Iterable[str]:
    """What differed on a system that sleeps or does not answer differs for all that anybody knows: it is not well."""
    hidden = {one.change.address for one in report.differences if one.word in ("unread", "asleep")}
    waived = {one.change.address for one in report.differences if one.waiver is not None}
    away = tuple(f"{one.system.full_name}/" for one in report.systems if one.state != "seen")
    for line in before.wrong:
        word, _, address = line.partition(" ")
        if word in CLASSES and address not in waived and (address in hidden or address.startswith(away)):
            yield line


def _wrong(report: Report) -> Iterable[str]:
    """One line a thing, the same in every report in which it is so."""
    for verdict in report.verdicts:
        if verdict.word in ("FAIL", "UNKNOWN"):
            yield f"{verdict.word} {verdict.dataset.full_name}"
    for one in report.differences:
        if one.waiver is None and one.word not in ("unread", "asleep"):
            yield f"{one.word} {one.change.address}"
        elif one.waiver is None and one.word == "unread":
            yield f"unread {one.change.resource.system}"
    for waived in report.waived:
        if waived.is_finding:
            yield f"waiver {waived.waiver.name} {waived.state.replace('-', ' ')}"
    yield from (f"unread {one.system.full_name}" for one in report.unheard)
    for system in report.systems:
        if system.state == "overslept":
            yield f"overslept {system.system.full_name}"


def _silent(report: Report, after: int) -> Iterable[str]:
    """Machines none of whose systems was seen for so long. One that never answered is unread, which is told as such."""
    for name in dict.fromkeys(one.machine.name for one in report.systems):
        seen = [one.seen for one in report.systems if one.machine.name == name and one.seen is not None]
        if seen and report.at - max(seen) > after:
            yield name


def messages(report: Report, receiver: Receiver, before: Told) -> list[Message]:
    """What to tell this receiver now, in one message a reason."""
    now = known_by(report, receiver.silent_after, before)
    found: list[Message] = []
    new = sorted(now.wrong - before.wrong)
    if "problem" in receiver.about and new:
        found.append(_message(report, "problem", f"{count(len(new), 'new finding')}", new))
    silent = sorted(now.silent - before.silent)
    if "silence" in receiver.about and silent:
        found.append(_message(report, "silence", f"nothing heard of {', '.join(silent)}", _dates(report, silent)))
    heard = [f"heard again: {name}" for name in sorted(before.silent - now.silent)]
    well = [f"well again: {line}" for line in sorted(before.wrong - now.wrong)] if not now.wrong else []
    lines = [*well, *(heard if "silence" in receiver.about else [])]
    if "recovery" in receiver.about and lines:
        found.append(_message(report, "recovery", "all is well again" if well else "heard again", lines))
    if "result" in receiver.about and not found:
        found.append(_message(report, "result", report.word, sorted(now.wrong)))
    return found


def _dates(report: Report, machines: Sequence[str]) -> list[str]:
    lines = []
    for name in machines:
        last = max(one.seen for one in report.systems if one.machine.name == name and one.seen is not None)
        lines.append(f"{name}: last seen {moment(last)}, {age(report.at - last)} ago")
    return lines


def _message(report: Report, about: str, told: str, lines: Sequence[str]) -> Message:
    shown = [safe(line) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"and {len(lines) - MOST_LINES} more")
    body = "\n".join([*shown, *([""] if shown else []), safe_lines(summary(report)), f"Seen on {moment(report.at)}.",
                      "More: studio-backup drift"])  # fmt: skip
    return Message(about, f"{report.studio}: {safe(told)}", body)


def safe_lines(text: str) -> str:
    """Every line for itself: where a line ends is ours."""
    return "\n".join(safe(line) for line in text.split("\n"))


def remembered(record: Mapping[str, tuple[str, int]], receiver: Receiver) -> Told:
    """What the local record says that this receiver was told."""
    return told_of(record[receiver.name][0]) if receiver.name in record else Told()
