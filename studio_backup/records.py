"""What a job leaves behind: one record a run, numbers and known words only; anything else in it is not believed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

RESULTS = ("ok", "refused", "failed", "running", "away", "busy", "never")
_WORD = re.compile(r"[A-Za-z0-9@._/:+ -]{1,200}")

#: In the record of a run that goes on; and in its place, where the run was killed, what the next run will write there.
RUNNING, INTERRUPTED_WORDS = '"result":"running","reason":null', '"result":"failed","reason":"interrupted"'
#: For sed.
INTERRUPTED = f"s/{RUNNING}/{INTERRUPTED_WORDS}/"

#: A sentence for each reason; the job program holds the list of words itself.
SENTENCES = {
    "source-unmounted": "the source volume is not mounted",
    "source-wrong-volume": "another volume is mounted where the source should be",
    "source-unread": "the source volume, or what lies on it, could not be read",
    "source-sentinel": "the source volume does not carry its sentinel",
    "source-missing": "the source folder is not there",
    "source-empty": "the source is empty",
    "source-busy": "the source is being worked on",
    "source-no-subvolume": "the source folder is neither a btrfs subvolume nor a ZFS dataset: it cannot be snapshotted",
    "source-clock": "the restore point it is made from is dated in the future: one of the clocks is wrong",
    "too-few-files": "the source holds fewer files than its floor",
    "no-points": "the copy it is made from has no complete restore point yet",
    "target-unmounted": "the target volume is not mounted",
    "target-wrong-volume": "another volume is mounted where the target should be",
    "target-unread": "the target volume, or what lies on it, could not be read",
    "target-sentinel": "the target volume does not carry its sentinel",
    "target-foreign": "the target folder belongs to something else",
    "target-missing": "the target folder is not there",
    "no-space": "no space left on the target",
    "state-full": "no room for the job's own lists on the machine that runs it: what would change could not be judged",
    "brake-deletions": "too many files would be deleted at once",
    "brake-rewrites": "too many existing files would be rewritten at once",
    "newer-at-target": "files at the target are newer than at the source and were left alone",
    "clock-behind": "the clock is behind the newest restore point: nothing is rotated away",
    "period": "this period has its restore point already",
    "nothing-newer": "the copy it is made from has nothing newer",
    "landing-busy": "the landing is in use: another push arrives, or a restore point is made of it",
    "landing-missing": "the landing is not there",
    "incomplete": "what was pushed did not arrive whole",
    "nothing-landed": "nothing new has landed",
    "no-answer": "no system of the source machine answers",
    "host-key": "the source showed another host key than the pinned one",
    "login": "the source refused the key",
    "gate-refused": "the gate on the source refused",
    "request": "the gate did not know the request",
    "option": "the gate did not allow an option",
    "unknown-dataset": "the gate does not serve this to that key",
    "config": "its configuration is not whole",
    "rsync-missing": "rsync is not installed",
    "rsync-partial": "not every file could be read",
    "rsync-protocol": "rsync could not talk to the other end",
    "rsync-network": "the connection broke",
    "rsync-local": "the target could not be written",
    "tool": "the program that makes its snapshots has made none",
    "tool-missing": "the program that makes its snapshots is not installed",
    "tool-config": "the program that makes its snapshots does not take its configuration",
    "tool-listing": "the program that makes its snapshots could not list them",
    "send": "the source could not send its snapshot whole",
    "receive": "the snapshot could not be received",
    "no-base": "the newest snapshot here is not on the source, and ZFS sends nothing on top of another one",
    "hold": "the source could not note which snapshot must stay",
    "hold-unread": "what another end rests on could not be read: nothing was rotated away",
    "restore-point": "the restore point could not be made",
    "interrupted": "it was killed half-way; the next run goes on from there",
    "stopped": "it was stopped; the next run goes on from there",
}


@dataclass(frozen=True, kw_only=True)
class Record:
    """One run. Times are epoch seconds; None is "not known"."""

    run: str
    result: str
    reason: str = ""
    started: int | None = None
    ended: int | None = None
    seconds: int | None = None
    files: int | None = None
    bytes: int | None = None
    created: int | None = None
    deleted: int | None = None
    rewritten: int | None = None
    restore_point: str = ""
    source: str = ""
    open: bool = False
    accepted_by: str = ""

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return SENTENCES.get(self.reason, self.reason)


def parse_record(text: str) -> Record | None:
    """The record of one JSON line; None when it is not one that a job of ours writes."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or values.get("version") != 1 or values.get("result") not in RESULTS:
        return None
    words = {name: _word(values.get(name)) for name in ("run", "reason", "restore_point", "source", "accepted_by")}
    numbers = {
        name: _number(values.get(name))
        for name in ("started", "ended", "seconds", "files", "bytes", "created", "deleted", "rewritten")
    }
    return Record(result=values["result"], open=values.get("open") is True, **words, **numbers)  # type: ignore[arg-type]


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def as_json(dataset: str, copy: str, record: Record | None) -> dict[str, object]:
    """The keys that `run` and `status` promise."""
    found = record or Record(run="", result="never")
    return {
        "dataset": dataset,
        "copy": copy,
        "run": found.run or None,
        "result": found.result,
        "started": found.started,
        "seconds": found.seconds,
        "files": found.files,
        "bytes": found.bytes,
        "created": found.created,
        "deleted": found.deleted,
        "rewritten": found.rewritten,
        "restore_point": found.restore_point or None,
        "reason": found.reason or None,
        "source": found.source or None,
        "open": found.open,
    }
