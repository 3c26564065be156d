"""Sending messages from the control machine through apprise, within a bounded time."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence

from studio_backup.errors import UsageError
from studio_backup.report.message import Message
from studio_backup.reveal import Hidden, look_up
from studio_backup.spec.model import Receiver

#: Seconds that all messages of one report may take together, whatever their servers do.
SECONDS = 30.0
_TYPES = {"problem": "failure", "silence": "warning", "recovery": "success", "result": "info"}


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
