"""A transport that answers from a list: replays what a system said once."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.probe import Reply
from studio_backup.transport.answer import NO_EXIT, Answer, Collector
from studio_backup.transport.interface import SILENCE, Remote


class UnrecordedScript(LookupError):
    """A script without a recorded answer; no TransportError: it must never read as a system that is away."""


class Recorded:
    """Answers by exact script; `asked` lists the scripts in the order they came."""

    language = "sh"

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self._replies = dict(replies)
        self.asked: list[str] = []

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:  # noqa: ARG002
        """The recorded reply, judged whole as a live one would be."""
        self.asked.append(script)
        if script not in self._replies:
            raise UnrecordedScript(f"no recorded answer for this script:\n{script}")
        reply = self._replies[script]
        collector = Collector(end)
        collector.out.feed(reply.out.encode("utf-8", "surrogateescape"))
        collector.err.feed(reply.err.encode("utf-8", "surrogateescape"))
        if reply.exit == NO_EXIT:
            return collector.stopped("the recording ends here")
        return collector.closed(reply.exit)

    def open(self, script: str, silence: float = SILENCE) -> Remote:  # noqa: ARG002
        """Streams are not recorded."""
        raise UnrecordedScript(f"streams are not recorded:\n{script}")

    def close(self) -> None:
        """Nothing is held open."""
