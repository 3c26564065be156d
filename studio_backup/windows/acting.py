"""The document of a wave: all steps of one Windows system, and how each of them ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio_backup.errors import StudioBackupError
from studio_backup.paths import LAYOUTS
from studio_backup.probe import Reply
from studio_backup.script import LOG_DAYS, REFUSED, SKIPPED, Call, calls_of, together
from studio_backup.secret import Secret
from studio_backup.step import Outcome, Step, Task
from studio_backup.windows.asking import framed, text_of
from studio_backup.windows.document import document

#: Programs that every wave has.
PARTS = ("answer.ps1", "holding.ps1", "closing.ps1", "wave.ps1")
#: Seconds that one step may take.
STEP_SECONDS = 540


def build(tasks: Sequence[Task], token: str, who: str, reveal: Callable[[Secret], str]) -> str:
    """The document for `tasks` (in an order that respects their needs); see `script.build`."""
    calls = calls_of(tasks)
    entries = {task.entry_path: task.entry for task in tasks if task.entry}
    values = {
        "nonce": token,
        "who": who,
        "state": LAYOUTS["windows"].state,
        "seconds": STEP_SECONDS,
        "days": LOG_DAYS,
        "entries": [{"path": _path(path), "text": text} for path, text in entries.items()],
        "removals": _removals(tasks, calls),
        "calls": [
            {
                "title": call.step.title,
                "script": call.step.script,
                "guard": call.step.guard,
                "args": call.args,
                "after": sorted(call.after),
                "stakes": list(call.step.stakes),
                **_knowing(call.step, reveal),
            }
            for call in calls
        ],
    }
    return document(PARTS, "Invoke-Wave", values)


def _removals(tasks: Sequence[Task], calls: Sequence[Call]) -> list[dict[str, object]]:
    """Entries that go: of what was removed, and of what was new and nothing was done about after all."""
    found: list[dict[str, object]] = []
    for task in tasks:
        mine = [at for at, call in enumerate(calls) if task in call.tasks]
        if task.entry is None or (task.fresh and mine):
            codes = [0] if task.entry is None else [REFUSED, SKIPPED]
            found.append({"path": _path(task.entry_path), "calls": mine, "codes": codes})
    return found


def _path(below: str) -> str:
    return below.replace("/", "\\")


def _knowing(step: Step, reveal: Callable[[Secret], str]) -> dict[str, str]:
    if step.secret is None:
        return {"secret": "", "failed": ""}
    try:
        return {"secret": reveal(step.secret), "failed": ""}
    except StudioBackupError as error:
        return {"secret": "", "failed": error.message}


def lost(reply: Reply, token: str) -> bool:
    """True when nothing was done, since the lock was no longer ours."""
    told = framed(reply.out, token)
    return bool(told and told.get("lost") is True)


def outcomes(tasks: Sequence[Task], reply: Reply, token: str) -> dict[str, Outcome | None]:
    """How each task fared; None where the answer does not say (cut: read the machine again to know)."""
    calls = calls_of(tasks)
    told = (framed(reply.out, token) or {}).get("calls")
    ended = list(map(_ended, told)) if isinstance(told, list) else [None]
    known = [one for one in ended if one]
    if not len(known) == len(ended) == len(calls):
        return dict.fromkeys((task.address for task in tasks), None)
    return {
        task.address: together([one for one, call in zip(known, calls, strict=True) if task in call.tasks])
        for task in tasks
    }


def _ended(one: object) -> Outcome | None:
    """How one call ended; None where the answer says it in no way that is known."""
    match one:
        case {"exit": int(code), "log": str(log)}:
            return Outcome(code, text_of(log))
        case _:
            return None
