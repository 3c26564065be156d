"""How one change ended: it is done when it is *seen* done, and a step that failed is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio_backup.diff import Absent, Change, Present, Unread
from studio_backup.script import REFUSED, SKIPPED
from studio_backup.step import Outcome
from studio_backup.steps import steps_of
from studio_backup.survey import Survey

_WHY = {
    SKIPPED: "not tried: something that it needs went wrong",
    REFUSED: "refused by its guard: what is there is not what was planned for",
}


@dataclass(frozen=True)
class Result:
    """How one change ended: done is *seen* done."""

    change: Change
    done: bool
    reason: str = ""
    log: str = ""


def result_of(change: Change, outcome: Outcome | None, after: Mapping[str, Change], survey: Survey) -> Result:
    """By how its steps ended and by what was seen then; `after`: what the plan has left, by address."""
    log = outcome.log if outcome else ""
    if outcome and outcome.exit:
        return Result(change, False, _WHY.get(outcome.exit, f"failed with exit status {outcome.exit}"), log)
    if change.want is None:
        return _removed(change, survey, log)
    now = after.get(change.address)
    if now is None or now.verb in ("ok", "watch"):
        return Result(change, True, log=log)
    if now.verb == "unread":
        return Result(change, False, f"could not be read again: {now.reason}", log)
    fields = ", ".join(f"{item.name} is {item.before!r}" for item in now.fields)
    return Result(change, False, f"not seen to be done: {fields or now.verb}", log)


def _removed(change: Change, survey: Survey, log: str) -> Result:
    """Seen to be gone, or released: then it stands there still and is no longer ours."""
    released = not steps_of(change)
    match survey.seen(change.resource):
        case Absent():
            return Result(change, True, log=log)
        case Present() if released:
            return Result(change, True, log=log)
        case Present(value) if value.kind in ("directory", "folder-acl"):
            return Result(change, True, "released: it is not empty", log)
        case Unread(reason):
            return Result(change, released, f"could not be read again: {reason}", log)
    return Result(change, False, "not seen to be gone", log)
