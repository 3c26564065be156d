"""The script of a wave: all steps of one system as one whole command that no cut can halve (design rule 14)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from studio_backup.errors import StudioBackupError
from studio_backup.lock import MAKE_STATE, STARTED, STEPPING, held_by
from studio_backup.paths import OUR_STATE
from studio_backup.probe import PREAMBLE, Reply, end_mark
from studio_backup.secret import Secret
from studio_backup.staging import stage, staged_at, tops
from studio_backup.step import Outcome, Risk, Step, Task

#: Exit status of a step whose guard refused: nothing was changed.
REFUSED = 90
#: Days that the log of a wave stays on its machine.
LOG_DAYS = 30
#: Exit status that stands for "not run, since something that it needs went wrong".
SKIPPED = 91


@dataclass
class Call:
    """Steps that share a script, run as one process."""

    step: Step
    args: list[str]
    tasks: list[Task]
    after: set[int]


def calls_of(tasks: Sequence[Task]) -> list[Call]:
    """Steps in order, each joined to an equal one where nothing that it waits for comes later."""
    calls: list[Call] = []
    done: dict[str, int] = {}  # address -> its last call so far
    for task in tasks:
        for step in task.steps:
            waits = {done[address] for address in (*task.needs, task.address) if address in done}
            earliest = max(waits, default=-1) + 1
            twin = next((index for index in range(earliest, len(calls)) if _alike(calls[index].step, step)), None)
            if twin is None:
                twin = len(calls)
                calls.append(Call(step, [], [], set()))
            calls[twin].args += step.args
            calls[twin].tasks.append(task)
            calls[twin].after |= waits
            done[task.address] = twin
    return calls


def _alike(one: Step, other: Step) -> bool:
    if Risk.DESTROYS in (one.risk, other.risk) or one.secret or other.secret:
        return False
    return bool(other.args) and (one.script, one.guard, one.risk) == (other.script, other.guard, other.risk)


def _none(secret: Secret) -> str:
    raise LookupError(secret.reference)


def build(tasks: Sequence[Task], token: str, who: str = "", reveal: Callable[[Secret], str] = _none) -> str:
    """The script for `tasks` (in an order that respects their needs); `token` is random, [a-z0-9].

    `reveal` gives what a step must know and nobody may read; where it raises, that step fails and says why.

    With `who`, it does nothing unless the lock that was taken as `who` is still held (see `lost`).
    """
    calls = calls_of(tasks)
    places = staged_at(tasks, token)
    log = f"{OUR_STATE}/log/apply-{token}.log"
    lines = [
        "{",
        "trap '' HUP PIPE INT",
        PREAMBLE,
        STARTED,
        STEPPING,
        "umask 077",
        MAKE_STATE,
        f"exec 3>&1 4>&2 >{log} 2>&1 || exit 1",
        f'nothing_done() {{ [ "$1" -eq {REFUSED} ] || [ "$1" -eq {SKIPPED} ]; }}',
        f"give_up() {{ rm -f {OUR_STATE}/step; exec >&3 2>&4; cat {log}; exit 1; }}",
        *_still_ours(who, token),
        # A wave that nobody waits for any more is not overtaken by the next one.
        f"if stepping; then printf '<{token} lost>\\n' >&3; exit 1; fi",
        f'printf \'%s %s\\n\' "$$" "$(started "$$")" >{OUR_STATE}/step || give_up',
        # Again, now that who takes the lock sees us: one of the two always sees the other.
        *_still_ours(who, token),
        # Two new generations: what was seen before these steps is no ground for a plan, nor what is seen during them.
        f"printf '%s begun\\n' {token} >{OUR_STATE}/generation || give_up",
        *_entries(tasks, token),
        *stage(tasks, places),
        *(_call(number, call, places, token, reveal) for number, call in enumerate(calls)),
        *_farewell(tasks, calls, places),
        f"find {OUR_STATE}/log -name 'apply-*.log' -mtime +{LOG_DAYS} -exec rm -f {{}} +",
        f"rm -f {OUR_STATE}/step",
        f"printf '%s\\n' {token} >{OUR_STATE}/generation",
        f"exec >&3 2>&4; cat {log}",
        f"printf '%s\\n' '{end_mark(token)}'; printf '%s\\n' '{end_mark(token)}' >&2",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _still_ours(who: str, token: str) -> Iterable[str]:
    if who:
        # Another's step is not removed with ours: the file is gone or names us.
        mine = f'read -r now _ <{OUR_STATE}/step && [ "$now" = "$$" ] && rm -f {OUR_STATE}/step'
        yield f"{held_by(who)} || {{ {mine}; printf '<{token} lost>\\n' >&3; exit 1; }}"


def lost(reply: Reply, token: str) -> bool:
    """True when the script did nothing, since its lock was no longer ours."""
    return f"<{token} lost>" in reply.out


def _entries(tasks: Sequence[Task], token: str) -> Iterable[str]:
    """Entries first, whole or not at all: whatever a kill leaves half made is then known to be ours."""
    entries = {task.entry_path: task.entry for task in tasks if task.entry}
    if entries:
        folder = f"{OUR_STATE}/{next(iter(entries)).rsplit('/', 1)[0]}"
        fresh = f"{folder}/.new.{token}"
        yield f"rm -rf {folder}/.new.*; mkdir {fresh} || give_up"
        for path, entry in entries.items():
            yield f"printf %s {shlex.quote(entry)} >{fresh}/{path.rsplit('/', 1)[1]} || give_up"
        yield f"mv -f {fresh}/* {folder}/ || give_up; rmdir {fresh}"


def _call(number: int, call: Call, places: dict[str, str], token: str, reveal: Callable[[Secret], str]) -> str:
    arguments = shlex.join(places.get(argument, argument) for argument in call.args)
    healthy = " && ".join(f'[ "$call_{index}" -eq 0 ]' for index in sorted(call.after)) or ":"
    stakes = f"printf '%s\\n' {shlex.join(call.step.stakes)}\n    " if call.step.stakes else ""
    guard = f"( set -eu; set -- {arguments}\n{call.step.guard}\n) </dev/null" if call.step.guard else ":"
    return f"""printf '%s\\n' '<{token} {number}>'
if {healthy}; then
  {guard}
  if [ "$?" -ne 0 ]; then call_{number}={REFUSED}; else
    {stakes}( set -eu; set -- {arguments}
{_knowing(call.step.secret, reveal)}{call.step.script}
    ) </dev/null
    call_{number}=$?
  fi
else call_{number}={SKIPPED}; fi
printf '\\n%s\\n' '<{token} {number} '"$call_{number}>\""""


def _knowing(secret: Secret | None, reveal: Callable[[Secret], str]) -> str:
    """The lines that tell a step its secret. A shell whose printf is a program would show it to everybody."""
    if secret is None:
        return ""
    try:
        value = reveal(secret)
    except StudioBackupError as error:
        return f"printf '%s\\n' {shlex.quote(error.message)}; exit 1\n"
    return f"""case $(type printf) in
  *builtin*) ;;
  *) printf '%s\\n' 'printf is a program in this shell, which would show the secret to all'; exit 1 ;;
esac
secret={shlex.quote(value)}
"""


def _farewell(tasks: Sequence[Task], calls: Sequence[Call], places: dict[str, str]) -> Iterable[str]:
    for task in tasks:
        mine = [index for index, call in enumerate(calls) if task in call.tasks]
        if task.entry is None:
            healthy = " && ".join(f'[ "$call_{index}" -eq 0 ]' for index in mine) or ":"
            yield f"if {healthy}; then rm -f {OUR_STATE}/{task.entry_path}; fi"
        elif task.fresh and mine:
            # Nothing was touched: whatever a human makes there later is not ours.
            untouched = " && ".join(f'nothing_done "$call_{index}"' for index in mine)
            yield f"if {untouched}; then rm -f {OUR_STATE}/{task.entry_path}; fi"
    if places:
        yield f"rm -rf {shlex.join(tops(places))}"


def outcomes(tasks: Sequence[Task], reply: Reply, token: str) -> dict[str, Outcome | None]:
    """How each address fared; None where the answer does not say (cut: read the machine again to know)."""
    calls = calls_of(tasks)
    pattern = re.compile(rf"^<{token} (\d+)>\n(.*?)\n<{token} \1 (\d+)>$", re.MULTILINE | re.DOTALL)
    ended = {int(found[1]): Outcome(int(found[3]), found[2].strip("\n")) for found in pattern.finditer(reply.out)}
    result: dict[str, Outcome | None] = {}
    for task in tasks:
        mine = [ended.get(index) for index, call in enumerate(calls) if task in call.tasks]
        known = [outcome for outcome in mine if outcome is not None]
        result[task.address] = None if len(known) < len(mine) else together(known)
    return result


def together(ended: Sequence[Outcome]) -> Outcome:
    """How the steps of one address ended: the first that failed, or else what all of them printed."""
    failed = (outcome for outcome in ended if outcome.exit)
    return next(failed, Outcome(0, "\n".join(outcome.log for outcome in ended if outcome.log)))
