"""The verdict on a dataset's design: "if every job runs", does it meet its policy, and if not, what would mend it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from studio_backup.policy.events import Event, events_of, survivors
from studio_backup.policy.holdings import Holding, holdings_of
from studio_backup.policy.mending import Mend, another_medium, another_place, another_site, farther_back
from studio_backup.policy.rules import Policy, policy_of
from studio_backup.source import Place
from studio_backup.spec.model import Dataset, Studio

OK, FAIL, UNKNOWN, NONE = "OK", "FAIL", "UNKNOWN", "NONE"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One way in which the policy is not met: what was asked, what is there, the smallest change that would mend it."""

    rule: str  # copies | media | off-site | versions | survival
    message: str
    fix: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`counted`: the places that count, `refused`: those that do not, each with the reason.

    `unseen` names the places of which nothing is known while the verdict hangs on them.
    """

    dataset: Dataset
    policy: Policy | None
    holdings: tuple[Holding, ...]
    counted: tuple[Holding, ...]
    refused: tuple[tuple[Holding, str], ...]
    findings: tuple[Finding, ...]
    unseen: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """OK, FAIL, UNKNOWN, or NONE for a dataset that asks for nothing."""
        if self.policy is None:
            return NONE
        if self.unseen:
            return UNKNOWN
        return FAIL if self.findings else OK

    @property
    def media(self) -> list[str]:
        """The kinds of media of what counts."""
        return sorted(set().union(*(holding.media for holding in self.counted)))

    @property
    def offsite(self) -> list[Holding]:
        """What counts and stands at another site than the original."""
        return [holding for holding in self.counted if holding.site != self.holdings[0].site]


def judge(studio: Studio, dataset: Dataset, without: Mapping[str, str] = MappingProxyType({})) -> Verdict:
    """The verdict on one dataset, as if the copies in `without` (name -> why) were not there."""
    holdings = holdings_of(studio, dataset)
    counted, refused = _counted(holdings, without)
    verdict = Verdict(
        dataset=dataset,
        policy=policy_of(dataset.policy),
        holdings=tuple(holdings),
        counted=tuple(counted),
        refused=tuple(refused),
        findings=(),
    )
    if verdict.policy is None:
        return verdict
    there = [holding for holding in holdings if holding.name not in without]
    findings = _findings(studio, verdict, verdict.policy, there)
    return dataclasses.replace(verdict, findings=tuple(findings))


def _counted(
    holdings: Sequence[Holding], without: Mapping[str, str]
) -> tuple[list[Holding], list[tuple[Holding, str]]]:
    """Places that share a disk are one: the first of them counts. RAID below a place makes it no second one."""
    counted: list[Holding] = []
    refused: list[tuple[Holding, str]] = []
    for holding in holdings:
        twin = next((other for other in counted if other.disks & holding.disks), None)
        if holding.name in without:
            refused.append((holding, without[holding.name]))
        elif twin is None:
            counted.append(holding)
        else:
            refused.append((holding, f"on the same disk as {twin.name}"))
    return counted, refused


def _findings(studio: Studio, verdict: Verdict, policy: Policy, there: Sequence[Holding]) -> list[Finding]:
    found = []
    if len(verdict.counted) < policy.copies:
        message = f"{len(verdict.counted)} of {policy.copies} copies count"
        found.append(_finding("copies", message, another_place(studio, verdict.dataset, verdict.counted)))
    if len(verdict.offsite) < policy.offsite:
        message = (
            f"{len(verdict.offsite)} of {policy.offsite} copies stand at another site than {verdict.holdings[0].site}"
        )
        found.append(_finding("off-site", message, another_site(studio, verdict.dataset, verdict.counted)))
    if len(verdict.media) < policy.media:
        message = f"{len(verdict.media)} of {policy.media} kinds of media: {', '.join(verdict.media)}"
        found.append(_finding("media", message, another_medium(studio, verdict.dataset, verdict.counted)))
    deleted = Event("delete")
    if not survivors(there, deleted, policy.noticed_after):
        message = f"a file deleted by mistake and missed after {policy.noticed_after // 86400} days is in no copy"
        found.append(_finding("versions", message, farther_back(verdict.dataset, there, policy)))
    fatal = fatal_events(there)
    if fatal and not found:
        message = f"{fatal[0].words}: nothing is left"
        found.append(_finding("survival", message, another_place(studio, verdict.dataset, verdict.counted)))
    return found


def fatal_events(holdings: Sequence[Holding]) -> list[Event]:
    """The single losses that leave nothing. Taken keys of the control machine are a disaster of their own."""
    things = [event for event in events_of(holdings) if not event.noticed and event.kind != "control"]
    return [event for event in things if not survivors(holdings, event, 0)]


def _finding(rule: str, message: str, mend: Mend) -> Finding:
    return Finding(rule=rule, message=message, fix=mend.fix, place=mend.place)
