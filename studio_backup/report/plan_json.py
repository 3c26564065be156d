"""A plan as a JSON document: its changes, its steps, and what the studio has no room for or would lose."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.diff import Change
from studio_backup.overflow import Overflow
from studio_backup.parting import Parting
from studio_backup.plan import Plan
from studio_backup.report.verdict import counterexample
from studio_backup.step import Risk
from studio_backup.steps import destroying, steps_of

#: Version of the JSON document; a key that changes its meaning raises it.
VERSION = 1


def document(
    plan: Plan, found: Sequence[Overflow] | None = None, leaving: Sequence[Parting] | None = None
) -> dict[str, object]:
    """The JSON of `plan`; `found`: copies that cannot fit, `leaving`: those still needed, where that was looked for."""
    return {
        "version": VERSION,
        "studio": plan.studio,
        "fingerprint": plan.fingerprint(),
        "summary": plan.summary(),
        "changes": [change_json(change) for change in plan.changes],
        "steps": steps(plan),
        "silent": [{"system": name, "reason": reason} for name, reason in sorted(plan.silent.items())],
        **({} if found is None else {"overflows": [_overflow(one) for one in found]}),
        **({} if leaving is None else {"partings": [_parting(one) for one in leaving]}),
    }


def _overflow(one: Overflow) -> dict[str, object]:
    copies, room = list(one.copies), one.room
    return {"copies": copies, "volume": one.volume, "need": one.need, "free": room.free, "size": room.size}


def _parting(one: Parting) -> dict[str, object]:
    dataset = one.after.dataset
    return {"copy": one.copy, "system": one.system, "dataset": dataset.full_name, "policy": dataset.policy,
            "reason": counterexample(one.after)}  # fmt: skip


def change_json(change: Change) -> dict[str, object]:
    """One change, as `plan` and `drift` promise it."""
    return {
        "address": change.address,
        "verb": change.verb,
        "risk": _risk(change),
        "fields": [
            {"name": item.name, "rule": item.rule, "before": item.before, "after": item.after} for item in change.fields
        ],
        "reason": change.reason,
        "fix": change.fix,
        "source": source_of(change),
    }


def source_of(change: Change) -> str:
    """`file:line:column` of the spec; only the file for what is no longer in it."""
    place = change.resource.place
    return str(place) if change.want else place.file


def _risk(change: Change) -> str:
    risks = {step.risk for step in steps_of(change)} | ({Risk.DESTROYS} if destroying(change) else set())
    return max(risks, key=list(Risk).index) if risks else Risk.SAFE


def steps(plan: Plan) -> list[dict[str, object]]:
    """Every step in order, with its hash; None where it is only known after an earlier wave."""
    found: list[dict[str, object]] = []
    for change in plan.acting():
        place = {"address": change.address, "wave": plan.waves[change.address]}
        known = steps_of(change)
        awaited = sorted(change.want.awaits()) if change.want else []
        if not known and awaited:
            risk = Risk.DESTROYS if destroying(change) else Risk.SAFE
            title, names = f"known after {awaited[0]}", list(destroying(change))
            found.append({**place, "title": title, "risk": risk, "names": names, "hash": None})
        found += [
            {**place, "title": step.title, "risk": step.risk, "names": list(step.names), "hash": step.digest()}
            for step in known
        ]
    return found
