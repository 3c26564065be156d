"""Sending messages from the control machine through apprise, within a bounded time; secrets are looked up here and
nowhere kept."""

from __future__ import annotations

import logging
import os
import queue
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studio_backup.errors import UsageError
from studio_backup.report.message import Message
from studio_backup.spec.model import Receiver, Secret

#: Seconds that all messages of one report may take together, whatever their servers do.
SECONDS = 30.0
#: Seconds that a program may take to give a secret.
_LOOKUP_SECONDS = 15
_TYPES = {"problem": "failure", "silence": "warning", "recovery": "success", "result": "info"}


class Hidden:
    """A secret: it is read where it is used, and shows itself nowhere else."""

    __slots__ = ("_read",)

    def __init__(self, text: str) -> None:
        self._read: Callable[[], str] = lambda: text

    def read(self) -> str:
        """The secret itself."""
        return self._read()

    def __repr__(self) -> str:
        return "(secret)"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a secret is not written down")


def look_up(secret: Secret) -> Hidden:
    """The first line of what the reference leads to. Raises UsageError, whose message never holds the secret."""
    finders = {"env": _variable, "file": _file, "command": _command}
    text = finders[secret.kind](secret).split("\n")[0].strip()
    if not text:
        raise UsageError(f"{secret.place}: the secret is empty", f"look at {secret.kind}: {secret.words[0]}")
    return Hidden(text)


def _variable(secret: Secret) -> str:
    name = secret.words[0]
    if name not in os.environ:
        raise UsageError(f"{secret.place}: there is no variable {name}", f"export {name}=…")
    return os.environ[name]


def _file(secret: Secret) -> str:
    path = Path(secret.words[0]).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise UsageError(f"{secret.place}: others may read {path}", f"chmod 600 {path}")
            return file.read(65536)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{secret.place}: {path} cannot be read: {why}", "write the secret into it") from None


def _command(secret: Secret) -> str:
    program = secret.words[0]
    try:
        done = subprocess.run(
            secret.words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LOOKUP_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise UsageError(f"{secret.place}: {program} could not be run", "run it by hand") from None
    if done.returncode:
        raise UsageError(f"{secret.place}: {program} ended with exit status {done.returncode}", "run it by hand")
    return done.stdout.decode("utf-8", "replace")


def check() -> None:
    """Raises UsageError where nothing could be sent: better before the machines are asked than after."""
    try:
        import apprise  # noqa: F401
    except ImportError:
        raise UsageError("apprise is not installed here", "pip install 'studio-backup[notify]'") from None


def deliver(waiting: Sequence[tuple[Receiver, Sequence[Message]]], seconds: float = SECONDS) -> dict[str, str]:
    """Send to all at once; for each receiver "" once all of its messages went out, else why they did not.

    What a server does not answer in time is left behind: its thread keeps nobody waiting.
    """
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    logging.getLogger("apprise").propagate = False  # its words may hold parts of a URL
    ended: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for receiver, messages in waiting:
        threading.Thread(target=_tell, args=(receiver, messages, ended), daemon=True).start()
    found = {receiver.name: f"no answer within {seconds:.0f} s" for receiver, _ in waiting}
    deadline = time.monotonic() + seconds
    for _ in waiting:
        try:
            name, why = ended.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        found[name] = why
    return found


def _tell(receiver: Receiver, messages: Sequence[Message], ended: queue.SimpleQueue[tuple[str, str]]) -> None:
    try:
        why = _send(look_up(receiver.url), messages)
    except UsageError as error:
        why = f"{error.message} ({error.fix})"
    except Exception as error:  # its words may hold the secret
        why = f"it failed: {type(error).__name__}"
    ended.put((receiver.name, why))


def _send(url: Hidden, messages: Sequence[Message]) -> str:
    import apprise

    way = apprise.Apprise()
    if not way.add(url.read()):
        return "its URL is none that apprise knows"
    for message in messages:
        kind = _TYPES[message.about]
        if not way.notify(message.body, message.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
            return "its server refused, or was not reached"
    return ""
