"""How the rows ask: small studios, what is judged of them, what it says."""

from __future__ import annotations

import dataclasses
from typing import Any

from studio_backup.facts import ATTESTED, Fact
from studio_backup.policy import (
    Event,
    Sight,
    Verdict,
    holdings_of,
    judge,
    judge_live,
    policy_of,
    survivors,
)
from studio_backup.policy.advice import advice
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import Due, Known, due_of
from studio_backup.policy.witness import sights_beyond, unsure_of
from studio_backup.report import verdict as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import Studio
from studio_backup.spec.outside import Attestation, External
from studio_backup.spec.retention import Retention
from tests.studios import NAS, VAULT, copy, machine, studio

#: Nothing is on it but what the dataset is on.
WORKSTATION = machine("ws", {"work": "nvme"}, room="a", role="workstation")
DAY, HOUR, NOW = 86400, 3600, 1_795_700_000  # 2026-11-26
TODAY = "2026-11-26"
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
AWAY = copy("off-site", "vault:cold", source="on-nas", keep=Retention(daily=30, monthly=12))
MFA = Attestation(by="Mara", on="2026-06-01", until="2027-06-01")


def mac(of: Studio, os: str = "macos") -> Studio:
    """The same studio with another system on its workstation."""
    ws = of.machines["ws"]
    system = dataclasses.replace(ws.systems["linux"], os=os)
    return dataclasses.replace(of, machines={**of.machines, "ws": dataclasses.replace(ws, systems={"linux": system})})


def made(*externals: External, copies: Any = (NIGHTLY,), machines: Any = (WORKSTATION, NAS), os: str = "macos",
         **more: Any) -> Studio:  # fmt: skip
    return mac(studio(machines, copies, externals=externals, **more), os)


def judged(of: Studio) -> Verdict:
    return judge(of, of.datasets["ws/sessions"], today=TODAY)


def live(of: Studio, known: Known, **seen: Sight) -> Verdict:
    of = as_moved(of, known.custody or {})
    dataset = of.datasets["ws/sessions"]
    named = {name.replace("_", "-"): sight for name, sight in seen.items()}
    unsure = unsure_of(of, holdings_of(of, dataset), policy_of(of, dataset), known, NOW)
    return judge_live(of, dataset, sights_beyond(of, dataset, named, known, NOW), TODAY, unsure)


def said(subject: str, what: str, days_ago: float = 1, holds: float = 180) -> Fact:
    at = int(NOW - days_ago * DAY)
    return Fact(subject=subject, what=what, sort=ATTESTED, at=at, by="Mara", expires=int(at + holds * DAY))


def why(verdict: Verdict) -> dict[str, str]:
    return {holding.name: reason for holding, reason in verdict.refused}


def rules(verdict: Verdict) -> list[str]:
    return [finding.rule for finding in verdict.findings]


def codes(of: Studio) -> list[str]:
    return [one.problem.code for one in advice(of)]


def shown(verdict: Verdict) -> str:
    lines = report.screen([verdict], Paint(False))
    assert max(map(len, lines)) <= 80
    return " ".join("\n".join(lines).split())


def left(of: Studio, kind: str, subject: str = "", noticed: float = 0) -> list[str]:
    return [one.name for one in survivors(judged(of).there, Event(kind, subject), noticed)]


def due(of: Studio, what: str, known: Known | None = None) -> list[Due]:
    policies = {name: policy_of(of, dataset) for name, dataset in of.datasets.items()}
    return [one for one in due_of(of, policies, known or Known()) if one.what == what]


GOOD = studio([WORKSTATION, NAS, VAULT], [NIGHTLY, AWAY])
FRESH = Sight(True, "its newest point is 1 h old")
