"""What Task Scheduler says of the last run of a task: a number that is an exit status, or a word of the scheduler."""

from __future__ import annotations

#: What is no fault: it ended well, runs now, has not run yet, waits; 3 is our jobs' "away" or "busy", 6 another run.
_FINE = frozenset({0, 3, 6, 267008, 267009, 267011, 267045})
#: Of our jobs (below 256), of the scheduler and of Windows (MicrosoftDocs/win32, task scheduler error constants).
_WORDS = {
    1: "the run failed; if it makes a copy, its record says why",
    5: "the run refused to begin; if it makes a copy, its record says why",
    267010: "the task is disabled",
    267012: "no more runs are scheduled",
    267013: "a property that is needed for its schedule is not set",
    267014: "the run was ended: by somebody, or by its time limit",
    267015: "it has no trigger that is enabled and valid",
    267035: "it was registered, and some triggers cannot start it",
    267036: "it was registered, and its account may not run it in the background",
    0x80041309: "a trigger was not found",
    0x8004130F: "no account is set",
    0x80041315: "the Task Scheduler service does not run",
    0x8004131A: "its definition is malformed",
    0x8004131F: "a run of it was under way already",
    0x80041320: "its user was not logged on",
    0x80041324: "it was not started: a condition of its own did not hold, such as that of the battery",
    0x80041326: "the task is disabled",
    0x80041328: "it starts on demand only",
    0x80070002: "the program, or a file that it needs, was not found",
    0x80070005: "access was denied",
    0x8007010B: "the folder that it starts in is not there",
    0x800710E0: "the start was refused: on battery, or while a run of it was under way",
    0xC000013A: "the run was killed",
}


def unsigned(text: str) -> int:
    """The number as Windows keeps it: some tools print it signed. Raises ValueError for what is no number."""
    return int(text) & 0xFFFFFFFF


def outcome(code: int) -> str:
    """`fine`, or in words what is wrong, with the number that people find on the web."""
    if code in _FINE:
        return "fine"
    number = str(code) if code < 0x80000000 else f"0x{code:08X}"
    if code < 256 and code not in _WORDS:
        return f"the program ended with {number}"
    return f"{_WORDS.get(code, 'an error that is not known here')} ({number})"
