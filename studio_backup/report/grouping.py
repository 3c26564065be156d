"""Differences as a page shows them: by class, and what is one thing to a reader as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio_backup.report.compliance import CLASSES, Difference, Report
from studio_backup.report.differences import values_of
from studio_backup.report.folding import folded, where
from studio_backup.report.plan_json import source_of
from studio_backup.report.text import MARKS, count, spaced

#: The smallest fix of each class, where the change itself names none.
FIXES = {
    "pending": "studio-backup apply",
    "drifted": "studio-backup apply puts it back; or change the spec",
    "orphan": "studio-backup apply removes it",
}


@dataclass(frozen=True)
class Group:
    """One entry: what it is about, and of how many resources."""

    word: str
    mark: str
    system: str
    title: str
    reason: str
    fix: str
    source: str
    since: int | None
    waiver: Difference | None  # the difference that is waived, for its waiver
    values: tuple[tuple[str, str | None, str | None], ...]


def groups(report: Report) -> dict[str, list[Group]]:
    """Class -> its entries, the worst class first; the waived are a class of their own, `waived`."""
    found: dict[str, list[Group]] = {}
    for word in CLASSES:
        these = [one for one in report.differences if one.word == word and one.waiver is None]
        if these:
            found[word] = _grouped(these, word)
    waived = [one for one in report.differences if one.waiver is not None]
    if waived:
        found["waived"] = [_single(one) for one in waived]
    return found


def _grouped(differences: list[Difference], word: str) -> list[Group]:
    if word in ("unread", "asleep"):
        return _by_system(differences)
    by_change = {id(one.change): one for one in differences}
    blocks: list[list[Difference]] = []
    for system in dict.fromkeys(one.change.resource.system for one in differences):
        mine = [one.change for one in differences if one.change.resource.system == system]
        blocks += [[by_change[id(change)] for change in block] for block in folded(mine, {}, ())]
    return [_single(block[0]) if len(block) == 1 else _many(block) for block in blocks]


def _by_system(differences: Iterable[Difference]) -> list[Group]:
    found: dict[tuple[str, str], list[Difference]] = {}
    for one in differences:
        found.setdefault((one.change.resource.system, one.change.reason), []).append(one)
    return [
        _single(same[0]) if len(same) == 1 else _group(same[0], count(len(same), "resource"), ())
        for same in found.values()
    ]


def _single(one: Difference) -> Group:
    resource = one.change.resource
    return _group(one, f"{resource.kind} {resource.name}", tuple(values_of(one.change)))


def _many(block: list[Difference]) -> Group:
    changes = [one.change for one in block]
    return _group(block[0], f"{len(block)} of {changes[0].resource.kind} in {where(changes)}", ())


def _group(one: Difference, title: str, values: tuple[tuple[str, str | None, str | None], ...]) -> Group:
    change = one.change
    fix = change.fix or ("mend what it needs first" if change.verb == "deferred" else FIXES.get(one.word, ""))
    return Group(
        word=one.word,
        mark=MARKS[change.verb],
        system=change.resource.system,
        title=title,
        reason=spaced(change.reason),
        fix=fix,
        source=source_of(change),
        since=one.since,
        waiver=one if one.waiver else None,
        values=values,
    )
