"""From a survey to a plan: what is blocked, what is an orphan, in which order and in which wave things happen."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from studio_backup.diff import VERBS, Change, Present, compare
from studio_backup.orphans import orphans
from studio_backup.resource import After, Resource, ruled_fields
from studio_backup.steps import ACTING, steps_of
from studio_backup.survey import Silent, Survey

#: Verbs that keep what needs them from being touched.
BLOCKING = ("conflict", "unread", "deferred", "asleep")


@dataclass(frozen=True)
class Plan:
    """Every change in an order that can be carried out; `waves` gives the wave of each acting address."""

    studio: str
    changes: tuple[Change, ...]
    waves: Mapping[str, int]
    silent: Mapping[str, str] = field(default_factory=dict)  # systems of which nothing is known: why, by full name

    def summary(self) -> dict[str, int]:
        """How many changes of each verb."""
        counts = dict.fromkeys(VERBS, 0)
        for change in self.changes:
            counts[change.verb] += 1
        return counts

    def acting(self, wave: int | None = None) -> list[Change]:
        """The changes that have steps, in order; of one wave when asked."""
        return [
            change
            for change in self.changes
            if change.verb in ACTING and not change.kept and (wave is None or self.waves[change.address] == wave)
        ]

    def fingerprint(self) -> str:
        """Hash of what would be changed and of all that it rests on; watched fields are out."""
        parts = [
            [change.address, change.verb, self.waves.get(change.address, 0), *_digests(change)]
            for change in self.changes
            if change.verb in (*ACTING, "conflict") and not change.kept
        ]
        return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _digests(change: Change) -> list[str]:
    seen = change.seen.value.digest() if isinstance(change.seen, Present) else type(change.seen).__name__
    return [change.want.digest() if change.want else "", seen, *(step.digest() for step in steps_of(change))]


def make(
    studio: str,
    wanted: Mapping[str, Resource],
    survey: Survey,
    chosen: Callable[[Resource], bool],
    whole: bool,
    beside: Collection[str] = (),
) -> Plan:
    """The plan for every chosen resource.

    `wanted` is everything compiled, chosen or not: what a chosen resource needs is judged too. `whole` is true when the
    full spec is loaded and nothing was left out: only then can anything be an orphan, and not on a machine that is only
    `beside`: read for what others need of it.
    """
    known: dict[After, str] = {}
    others = {
        (system, address): owner
        for system, manifest in survey.manifests.items()
        for owner, address in manifest.entries
        if owner != studio
    }
    order = _ordered(wanted)
    changes: dict[str, Change] = {}
    for address in order:
        resource = wanted[address]
        if not chosen(resource):
            continue
        manifest = survey.manifests.get(resource.system)
        entries = manifest.entries if manifest else {}
        foreign = others.get((resource.system, address), "")
        change = compare(resource, survey.seen(resource), entries.get((studio, address)), foreign, known)
        _learn(change, known)
        changes[address] = _blocked(change, changes)
    leavers = orphans(studio, wanted, survey, whole, beside)
    everything = (*changes.values(), *leavers)
    return Plan(studio, everything, _waves(everything, changes), _silent(survey, everything))


def _silent(survey: Survey, changes: Iterable[Change]) -> dict[str, str]:
    """Systems that could not be read and have nothing wanted of them: what stands there of ours nobody knows."""
    told = {change.resource.system for change in changes}
    return {
        name: sighting.reason
        for name, sighting in survey.systems.items()
        if isinstance(sighting, Silent) and name not in told
    }


def _ordered(wanted: Mapping[str, Resource]) -> list[str]:
    graph = {address: sorted(resource.needs() & wanted.keys()) for address, resource in wanted.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:  # the compiler made it, not the user
        raise AssertionError(f"resources need one another in a circle: {error.args[1]}") from error


def _learn(change: Change, known: dict[After, str]) -> None:
    """What a present and unchanged resource can tell others (its watched values, such as a public key)."""
    if isinstance(change.seen, Present) and change.verb in ("ok", "update", "watch"):
        for name, rule in ruled_fields(type(change.seen.value)).items():
            value = getattr(change.seen.value, name) if rule == "watched" else None
            if isinstance(value, str):
                known[After(change.address, name)] = value


def _blocked(change: Change, changes: Mapping[str, Change]) -> Change:
    """The change, or a deferred one when something it needs is not known or not right."""
    if change.verb not in ACTING or change.want is None:
        return change
    for address in sorted(change.want.needs()):
        other = changes.get(address)
        if other is None:
            continue
        if other.verb in BLOCKING or (other.verb == "watch" and other.resource.blocks):
            reason = f"needs {address}: {_state(other)}"
            return dataclasses.replace(change, verb="deferred", reason=reason, fix=other.fix)
        if other.verb not in ACTING and address in change.want.awaits():
            reason = f"needs {address}: what is on it is not known"
            return dataclasses.replace(change, verb="deferred", reason=reason, fix=other.fix)
    return change


def _state(change: Change) -> str:
    if change.verb == "watch":
        return "; ".join(f"{item.name} is {item.before}, expected {item.after}" for item in change.fields)
    return change.reason or change.verb


def _waves(changes: Iterable[Change], wanted: Mapping[str, Change]) -> dict[str, int]:
    """Wave 1 is what can be done at once; a change that waits for another system, or for a value that is made first,
    comes a wave after it."""
    waves: dict[str, int] = {}
    for change in changes:
        if change.verb not in ACTING:
            continue
        wave = 1
        awaited = change.want.awaits() if change.want else frozenset()
        for address in change.want.needs() if change.want else ():
            if address in waves:
                elsewhere = wanted[address].resource.system != change.resource.system
                wave = max(wave, waves[address] + (1 if elsewhere or address in awaited else 0))
        waves[change.address] = wave
    return waves
