"""A saved plan is a promise, not a program: it says what would be done, and apply does that or refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from studio_backup.errors import Refused, UsageError
from studio_backup.plan import Plan
from studio_backup.report.plan_json import document, steps

_ANEW = "studio-backup plan --save FILE"


@dataclass(frozen=True)
class Saved:
    """What a plan file says; nothing in it is ever executed."""

    id: str
    fingerprint: str
    steps: frozenset[tuple[str, str, str]]  # address, title, hash
    verbs: frozenset[tuple[str, str]]  # address, verb


def save(plan: Plan, identity: str) -> str:
    """The text of a plan file; `identity` is random and lets the plan be used once."""
    return json.dumps({"id": identity, **document(plan)}, indent=2) + "\n"


def read(name: str, text: str) -> Saved:
    """What a plan file says; raises UsageError when it is none."""
    try:
        found: dict[str, Any] = json.loads(text)
        return Saved(
            id=str(found["id"]),
            fingerprint=str(found["fingerprint"]),
            steps=_steps(found["steps"]),
            verbs=frozenset((str(item["address"]), str(item["verb"])) for item in found["changes"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{name} is not a plan that studio-backup saved ({error!r})", _ANEW) from error


def _steps(listed: list[dict[str, object]]) -> frozenset[tuple[str, str, str]]:
    return frozenset((str(item["address"]), str(item["title"]), str(item["hash"])) for item in listed)


def hold_to(saved: Saved, name: str, plan: Plan) -> None:
    """Raise Refused, naming what differs, unless the plan made now is the one that was saved."""
    now = _steps(steps(plan))
    verbs = frozenset((change.address, change.verb) for change in plan.changes)
    differing = {item[0] for item in saved.steps ^ now} | {item[0] for item in saved.verbs ^ verbs}
    if differing or saved.fingerprint != plan.fingerprint():
        listed = "\n".join(f"  {address}" for address in sorted(differing)) or "  what the changes rest on"
        raise Refused(f"{name} is not what would be done now; this differs:\n{listed}", _ANEW)
