"""Does a dataset's design meet its policy, if every job runs, and if not, what would mend it?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from studio_backup.policy.counting import Counted, count, doubts, no_copies, unseeing
from studio_backup.policy.events import Event, events_of, survivors
from studio_backup.policy.holding import Holding
from studio_backup.policy.holdings import holdings_of
from studio_backup.policy.mending import (
    Mend,
    another_medium,
    another_place,
    another_site,
    farther_back,
    nearer,
    out_of_reach,
)
from studio_backup.policy.rules import policy_of
from studio_backup.policy.verdict import FAIL, OK, Finding, Verdict
from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.rules import Policy

_NOTHING: Mapping[str, str] = MappingProxyType({})


def judge(
    studio: Studio,
    dataset: Dataset,
    without: Mapping[str, str] = _NOTHING,
    unsure: Mapping[str, str] = _NOTHING,
    today: str = "",
) -> Verdict:
    """The verdict on one dataset. Places in `without` are judged as not there; of those in `unsure` nobody can tell:
    the verdict is UNKNOWN where it hangs on them. Both are name -> why. `today`: an ISO date, "" where it is not known.
    """
    policy, holdings = policy_of(studio, dataset), holdings_of(studio, dataset)
    absent = {**unseeing(studio, dataset), **without}
    unsure = {**doubts(studio, dataset, holdings), **unsure}

    def no_copy(missing: Mapping[str, str]) -> dict[str, str]:
        there = [one for one in holdings if one.name not in missing]
        return no_copies(studio, dataset, there, policy, today) if policy else {}

    discounted = no_copy(absent)
    doubted = {name: f"unknown: {why}" for name, why in unsure.items() if name not in absent | discounted}

    def weighed(missing: Mapping[str, str]) -> Verdict:
        return _weighed(studio, dataset, policy, count(holdings, missing, no_copy(missing)), holdings)

    missing = {**doubted, **absent}
    worst = weighed(missing)
    if worst.word == OK:
        spare = [name for name in _spare(worst) if weighed({**missing, name: ""}).word == OK]
        return dataclasses.replace(worst, extra=tuple(spare))
    doubtful = worst.word == FAIL and doubted and weighed(absent).word == OK
    return dataclasses.replace(worst, unseen=tuple(doubted)) if doubtful else worst


def _spare(verdict: Verdict) -> list[str]:
    """Copies that might be one too many: there are more than were asked for, and no other is fed from it."""
    if verdict.policy is None or len(verdict.counted) <= verdict.policy.copies:
        return []
    feeding = {copy.source_copy for copy in verdict.dataset.copies.values()}
    return [one.name for one in verdict.counted if not one.is_original and one.name not in feeding]


def _weighed(
    studio: Studio, dataset: Dataset, policy: Policy | None, told: Counted, holdings: Sequence[Holding]
) -> Verdict:
    verdict = Verdict(
        dataset=dataset,
        policy=policy,
        holdings=tuple(holdings),
        there=told.there,
        counted=told.counted,
        refused=told.refused,
    )
    if policy is None:
        return verdict
    findings = tuple(_findings(studio, verdict, policy))
    worst = _least(verdict, policy) if findings else None
    return dataclasses.replace(verdict, findings=findings, worst=worst)


def _findings(studio: Studio, verdict: Verdict, policy: Policy) -> Iterator[Finding]:
    found = False
    for finding in (*_numbers(studio, verdict, policy), *_versions(verdict, policy)):
        found = True
        yield finding
    fatal = [] if found else fatal_events(verdict.there)
    if fatal:
        # What one login erases is mended by what no login reaches; anything else by another place.
        way = out_of_reach if fatal[0].kind in ("ransomware", "credential") else another_place
        message = f"{fatal[0].words}: nothing is left"
        yield _finding("survival", message, way(studio, verdict.dataset, verdict.counted))


def _numbers(studio: Studio, verdict: Verdict, policy: Policy) -> Iterator[Finding]:
    """What the policy counts."""
    dataset, counted, home = verdict.dataset, verdict.counted, verdict.holdings[0].site
    if len(counted) < policy.copies:
        message = f"{len(counted)} of {policy.copies} copies count"
        yield _finding("copies", message, another_place(studio, dataset, counted))
    if len(verdict.offsite) < policy.offsite:
        message = f"{len(verdict.offsite)} of {policy.offsite} copies stand at another site than {home}"
        yield _finding("off-site", message, another_site(studio, dataset, counted))
    if len(verdict.local) < policy.local:
        message = f"{len(verdict.local)} of {policy.local} copies stand at {home}, the original among them"
        yield _finding("local", message, nearer(studio, dataset, counted))
    if len(verdict.media) < policy.media:
        message = f"{len(verdict.media)} of {policy.media} kinds of media: {', '.join(verdict.media)}"
        yield _finding("media", message, another_medium(studio, dataset, counted))
    if len(verdict.offline) < policy.offline:
        message = f"{len(verdict.offline)} of {policy.offline} copies are out of reach of every key"
        yield _finding("offline", message, out_of_reach(studio, dataset, counted))


def _versions(verdict: Verdict, policy: Policy) -> Iterator[Finding]:
    if not survivors(verdict.there, Event("delete"), policy.noticed_after):
        message = f"a file deleted by mistake and missed after {policy.noticed_after // 86400} days is in no copy"
        yield _finding("versions", message, farther_back(verdict.dataset, verdict.there, policy))


def fatal_events(holdings: Sequence[Holding]) -> list[Event]:
    """The single losses that leave nothing. Taken keys of the control machine are a disaster of their own."""
    return [event for event in _losses(holdings) if not survivors(holdings, event, 0)]


def _losses(holdings: Sequence[Holding]) -> list[Event]:
    return [event for event in events_of(holdings) if not event.noticed and event.kind != "control"]


def _least(verdict: Verdict, policy: Policy) -> tuple[Event, tuple[Holding, ...]]:
    """The counterexample: the one event that leaves least of what counts; the widest of those that leave as little."""
    left = [(event, tuple(survivors(verdict.counted, event, 0))) for event in _losses(verdict.counted)]
    deleted = Event("delete")
    if not survivors(verdict.there, deleted, policy.noticed_after):
        left.append((deleted, ()))
    return min(reversed(left), key=lambda each: len(each[1]))


def _finding(rule: str, message: str, mend: Mend) -> Finding:
    return Finding(rule=rule, message=message, fix=mend.fix, place=mend.place)
