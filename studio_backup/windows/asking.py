"""Many fragments as one document to a Windows system, and its one answer split again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from studio_backup.probe import FRAGMENT_SECONDS, Probe, Reply, Unanswered
from studio_backup.windows.document import document

#: Programs that every survey has.
PARTS = ("answer.ps1", "survey.ps1")


def join(probes: Sequence[Probe], nonce: str, seconds: int = FRAGMENT_SECONDS) -> str:
    """One document that asks every probe, each in a session of its own and for at most so many seconds."""
    fragments = [
        {"script": probe.script, "args": list(probe.args), "secret": "", "seconds": probe.limit(seconds)}
        for probe in probes
    ]
    return document(PARTS, "Invoke-Survey", {"nonce": nonce, "fragments": fragments})


def split(reply: Reply, count: int, nonce: str) -> list[Reply | Unanswered]:
    """The answer of each of `count` probes; all are `Unanswered` when the document that holds them is not whole."""
    told = framed(reply.out, nonce)
    answers = told.get("answers") if told else None
    if not isinstance(answers, list) or len(answers) != count:
        began = f"<{nonce} answer>\n" in reply.out
        return [Unanswered("was cut off" if began else "was not reached", began=began)] * count
    return [_answer(one) for one in answers]


def framed(out: str, nonce: str) -> dict[str, Any] | None:
    """What stands between the marks; None when it is not there whole."""
    found = re.search(rf"^<{nonce} answer>\n([^\n]*)\n<{nonce} whole>\n", out, re.MULTILINE)
    if found is None:
        return None
    try:
        told = json.loads(found[1])
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def text_of(value: object) -> str:
    """Text as PowerShell said it: half a letter, which no file may hold, stands as a question mark in a diamond."""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _answer(one: Any) -> Reply | Unanswered:
    match one:
        case {"hung": True}:
            return Unanswered("gave no answer in time", began=True)
        case {"exit": int(code), "out": str(out), "err": str(err)}:
            return Reply(code, text_of(out), text_of(err))
        case _:
            return Unanswered("answered in a way that is not known", began=True)
