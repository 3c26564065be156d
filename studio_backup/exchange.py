"""What goes over one transport: questions and their answers, or a wave and how each address of it ended."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from studio_backup.errors import NoAnswer
from studio_backup.probe import LOST_REASON, Probe, Reply, Unanswered, end_mark, merge
from studio_backup.reveal import look_up
from studio_backup.script import REFUSED
from studio_backup.secret import Secret
from studio_backup.shells import SHELLS
from studio_backup.step import Outcome, Task
from studio_backup.survey import Answered
from studio_backup.transport import Transport

#: Seconds a whole script of steps may take: making a key or enabling units is quick, a slow NAS is not.
WAVE_SECONDS = 600.0


def ask(transport: Transport, probes: Iterable[Probe], timeout: float) -> Answered:
    """One round trip; a second one only when something hung or was lost: the rest is then asked without it."""
    asked = merge(probes)
    if not asked:
        return Answered({})
    answers = _round_trip(transport, asked, timeout)
    again = [probe for probe, answer in zip(asked, answers, strict=True) if _unreached(answer)]
    if again and any(_worth_asking_again(answer) for answer in answers):
        second = iter(_round_trip(transport, again, timeout))
        answers = [next(second) if _unreached(answer) else answer for answer in answers]
    keys = ((probe.script, probe.touches) for probe in asked)
    return Answered(dict(zip(keys, answers, strict=True)))


def _round_trip(transport: Transport, probes: Sequence[Probe], timeout: float) -> list[Reply | Unanswered]:
    nonce = secrets.token_hex(8)
    shell = SHELLS[transport.language]
    answer = transport.run(shell.join(probes, nonce), timeout, end_mark(nonce))
    answers = shell.split(answer.reply, len(probes), nonce)
    if not answer.whole and all(isinstance(item, Unanswered) and not item.began for item in answers):
        raise NoAnswer(answer.reason)
    return answers


def _worth_asking_again(answer: Reply | Unanswered) -> bool:
    """The connection stands: one fragment hung, or its shell lost how it ended."""
    return isinstance(answer, Unanswered) and (answer.began or answer.reason == LOST_REASON)


def _unreached(answer: Reply | Unanswered) -> bool:
    return isinstance(answer, Unanswered) and not answer.began


def act(transport: Transport, system: str, tasks: Sequence[Task], who: str) -> dict[str, Outcome | None]:
    """One wave on one system, a script; None for an address whose end was not seen.

    With `who`, nothing is done where the lock is no longer held by that name.
    """
    token = secrets.token_hex(8)
    shell = SHELLS[transport.language]
    answer = transport.run(shell.build(tasks, token, who, _revealed), WAVE_SECONDS, end_mark(token))
    if shell.lost(answer.reply, token):
        said = f"{system}: this apply no longer holds the lock: another one took it"
        return {task.address: Outcome(REFUSED, said) for task in tasks}
    return shell.outcomes(tasks, answer.reply, token)


def _revealed(secret: Secret) -> str:
    return look_up(secret).read()
