"""The verdict on what was seen: a copy counts only while its evidence is fresh, and what was not seen is never OK."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from studio_backup.policy.holding import Holding
from studio_backup.policy.judging import judge
from studio_backup.policy.verdict import FAIL, Finding, Verdict
from studio_backup.spec.duration import rounded
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.outside import External


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
    design = {finding.rule: finding for finding in judge(studio, dataset, today=today).findings}
    lacking = [(one, why) for one, why in verdict.refused if one.copy is not None or one.external is not None]
    findings = []
    for finding in verdict.findings:
        if finding.rule in design:
            fix, place = design[finding.rule].fix, design[finding.rule].place
        elif lacking:
            fix, place = _way(*lacking[0]), _made(lacking[0][0]).place
        else:
            fix, place = finding.fix, finding.place
        findings.append(dataclasses.replace(finding, fix=fix, place=place))
    return dataclasses.replace(verdict, findings=tuple(findings))


def _made(held: Holding) -> Copy | External:
    made = held.copy or held.external
    assert made is not None
    return made


def _way(held: Holding, why: str) -> str:
    """What to do about a copy that does not count: make it again, or say what is to be known of it."""
    if held.account and "second factor" in why:
        return f"studio-backup attest account:{held.account} --by NAME"
    if held.external is not None:
        return f"make it, then studio-backup attest copy:{held.external.full_name} --by NAME"
    return f"studio-backup status, then studio-backup run {_made(held).full_name}"
