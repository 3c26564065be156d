"""The verdict on what was seen: a copy counts only while its evidence is fresh, and what was not seen is never OK."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from studio_backup.policy.verdict import FAIL, Finding, Verdict, judge
from studio_backup.spec.duration import rounded
from studio_backup.spec.model import Dataset, Studio


@dataclass(frozen=True)
class Sight:
    """What was seen of a copy: `fresh`, True, False, or None for not seen; `words` say it to people."""

    fresh: bool | None
    words: str


def judge_live(
    studio: Studio,
    dataset: Dataset,
    sights: Mapping[str, Sight],
    today: str = "",
    unsure: Mapping[str, str] = MappingProxyType({}),
    times: Mapping[str, float] = MappingProxyType({}),
) -> Verdict:
    """The verdict on the evidence; a copy that `sights` does not name was not seen.

    UNKNOWN where it hangs on what was not seen: all of that fresh would make it OK, none of it would not.
    `unsure`: what else nobody can tell of, name -> why. `times`: seconds of a whole restore, where it was drilled.
    """
    names = [*dataset.copies, *dataset.external]
    seen = {name: sights.get(name, Sight(None, "was not looked at")) for name in names}
    stale = {name: sight.words for name, sight in seen.items() if sight.fresh is False}
    unseen = {name: sight.words for name, sight in seen.items() if sight.fresh is None}
    verdict = judge(studio, dataset, stale, {**unseen, **unsure}, today)
    return _in_time(_told(studio, dataset, verdict, today), times)


def _in_time(verdict: Verdict, times: Mapping[str, float]) -> Verdict:
    """Whether one of the copies that count brings everything back soon enough: UNKNOWN until one was drilled."""
    policy, copies = verdict.policy, [one for one in verdict.counted if not one.is_original]
    if policy is None or policy.rto is None or not copies:
        return verdict
    drilled = [times[one.name] for one in copies if one.name in times]
    if drilled and min(drilled) <= policy.rto:
        return verdict
    if len(drilled) < len(copies):
        unproven = tuple(one.name for one in copies if one.name not in times)
        return verdict if verdict.word == FAIL else dataclasses.replace(verdict, unseen=verdict.unseen + unproven)
    slow = Finding(
        rule="restore",
        message=f"a whole restore takes {rounded(min(drilled))}, the policy wants {rounded(policy.rto)}",
        fix="restore from a faster copy: one on disks at this site",
        place=verdict.dataset.place,
    )
    return dataclasses.replace(verdict, findings=(*verdict.findings, slow))


def _told(studio: Studio, dataset: Dataset, verdict: Verdict, today: str) -> Verdict:
    """Where the design is right, the spec needs no change: the copies that do not count have to be made again."""
    design = {finding.rule for finding in judge(studio, dataset, today=today).findings}
    lacking = [holding.copy for holding, _ in verdict.refused if holding.copy is not None]
    findings = [
        finding
        if finding.rule in design or not lacking
        else Finding(
            rule=finding.rule,
            message=finding.message,
            fix=f"studio-backup status, then studio-backup run {lacking[0].full_name}",
            place=lacking[0].place,
        )
        for finding in verdict.findings
    ]
    return dataclasses.replace(verdict, findings=tuple(findings))
