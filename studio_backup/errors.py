"""Every exception of the program, each with a word for scripts, an exit code and the smallest fix.

    StudioBackupError                 1  error
    ├── UsageError                    1  usage
    ├── SpecError                     1  spec               every problem of the YAML at once
    ├── StepFailed                    1  step-failed
    ├── Interrupted                   1  interrupted        the user stopped it half-way
    ├── EvidenceError                 1  evidence           the local record cannot be read or written
    ├── Refused                       5  refused            stopped for safety; nothing was changed
    ├── Locked                        6  locked             another apply holds the machine
    └── TransportError                3  transport          a system could not be asked
        ├── Unreachable               3  unreachable
        │   ├── NameNotFound          3  name-not-found
        │   ├── ConnectionRefused     3  connection-refused it is up, nothing listens
        │   ├── HostDown              3  host-down          no answer, no route
        │   └── NotSpeaking           3  not-speaking       no SSH handshake in time
        ├── HostKeyError              3  host-key
        │   ├── HostKeyUnknown        3  host-key-unknown
        │   └── HostKeyChanged        3  host-key-changed
        ├── LoginRefused              3  login-refused
        ├── SudoRefused               3  sudo-refused
        ├── ConnectionCut             3  connection-cut     it was there, then it was gone
        ├── NoAnswer                  3  no-answer          logged in, then silence up to the deadline
        └── AnswerTooLarge            3  answer-too-large

The numbers are exit codes; 0, 2 and 4 are results, not errors.
"""

# Names say what happened to the user; "…Error" would add nothing to `raise Refused(…)`.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol


class StudioBackupError(Exception):
    """Anything the program reports and stops at. `fix` is what to do or type next, "" if unknown."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def as_json(self) -> dict[str, str]:
        """The value of "error" in a JSON document."""
        return {"code": self.code, "message": self.message, "fix": self.fix}


class UsageError(StudioBackupError):
    """A command line that says nothing that can be done."""

    code = "usage"


class ProblemLike(Protocol):
    """One fault of the spec: `str()` is one printable line or paragraph, `as_json()` its JSON object."""

    def as_json(self) -> Mapping[str, object]:
        """Keys: file, line, column, code, message, fix."""
        ...


class SpecError(StudioBackupError):
    """The spec does not hold; `problems` are all that were found, in the order of the files."""

    code = "spec"

    def __init__(self, problems: Sequence[ProblemLike]) -> None:
        count = len(problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the spec", "studio-backup validate")
        self.problems = tuple(problems)


class StepFailed(StudioBackupError):
    """A step ended with a non-zero exit status, or its change was not seen afterwards."""

    code = "step-failed"


class Interrupted(StudioBackupError):
    """Ctrl-C in the middle of an apply; says what was done by then."""

    code = "interrupted"


class EvidenceError(StudioBackupError):
    """The local record of what was seen cannot be read or written."""

    code = "evidence"


class Refused(StudioBackupError):
    """Stopped for safety, before anything was changed."""

    code = "refused"
    exit_code = 5


class Locked(StudioBackupError):
    """Another run holds the machine."""

    code = "locked"
    exit_code = 6


class TransportError(StudioBackupError):
    """A system could not be asked, or its answer could not be had: what it holds stays unread."""

    code = "transport"
    exit_code = 3


class Unreachable(TransportError):
    """No SSH server answers at the address."""

    code = "unreachable"


class NameNotFound(Unreachable):
    """The name of the address resolves to nothing."""

    code = "name-not-found"


class ConnectionRefused(Unreachable):
    """The host is up and nothing listens on the port."""

    code = "connection-refused"


class HostDown(Unreachable):
    """Nothing answers: switched off, asleep, or no way there."""

    code = "host-down"


class NotSpeaking(Unreachable):
    """The port is open, but what is behind it did not finish the SSH handshake in time."""

    code = "not-speaking"


class HostKeyError(TransportError):
    """The host cannot prove who it is. Keys are fingerprints as ssh-keygen prints them: `SHA256:…`."""

    code = "host-key"


class HostKeyUnknown(HostKeyError):
    """Nothing is pinned for this host."""

    code = "host-key-unknown"

    def __init__(self, message: str, fix: str = "", *, seen: str) -> None:
        super().__init__(message, fix)
        self.seen = seen


class HostKeyChanged(HostKeyError):
    """The host showed another key than the pinned ones."""

    code = "host-key-changed"

    def __init__(self, message: str, fix: str = "", *, seen: str, pinned: Sequence[str]) -> None:
        super().__init__(message, fix)
        self.seen = seen
        self.pinned = tuple(pinned)


class LoginRefused(TransportError):
    """The host is the right one and takes none of our keys."""

    code = "login-refused"


class SudoRefused(TransportError):
    """Logged in, but sudo does not let this user become root."""

    code = "sudo-refused"


class ConnectionCut(TransportError):
    """The connection ended in the middle of something."""

    code = "connection-cut"


class NoAnswer(TransportError):
    """Logged in, and then nothing up to the deadline."""

    code = "no-answer"


class AnswerTooLarge(TransportError):
    """A stream grew past its bound."""

    code = "answer-too-large"
