"""The verdict on a dataset: what counts, what does not and why, and in which ways its policy is not met."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.facts import BAG
from studio_backup.policy.events import Event
from studio_backup.policy.holding import Holding
from studio_backup.source import Place
from studio_backup.spec.model import Dataset
from studio_backup.spec.rules import Policy

OK, FAIL, UNKNOWN, NONE = "OK", "FAIL", "UNKNOWN", "NONE"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One way in which the policy is not met: what was asked, what is there, the smallest change that would mend it."""

    rule: str  # copies | media | off-site | local | offline | versions | survival | restore
    message: str
    fix: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`there`: the places that hold the data; `counted`: copies of their own; `refused`: what is none, each with why.

    `unseen` names the places of which nobody can tell while the verdict hangs on them, `extra` the copies without any
    one of which it would still be OK; `worst` is the one event that leaves least, and what it leaves.
    """

    dataset: Dataset
    policy: Policy | None
    holdings: tuple[Holding, ...]
    there: tuple[Holding, ...]
    counted: tuple[Holding, ...]
    refused: tuple[tuple[Holding, str], ...]
    findings: tuple[Finding, ...] = ()
    unseen: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    worst: tuple[Event, tuple[Holding, ...]] | None = None

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
        """What counts and stands at another site than the original; a bag on its way is none yet."""
        home = self.holdings[0].site
        return [one for one in self.counted if one.site != home and not one.site.startswith(BAG)]

    @property
    def local(self) -> list[Holding]:
        """What counts and stands at the original's site, the original among them."""
        return [holding for holding in self.counted if holding.site == self.holdings[0].site]

    @property
    def offline(self) -> list[Holding]:
        """What counts and no key can erase."""
        return [holding for holding in self.counted if holding.out_of_reach]
