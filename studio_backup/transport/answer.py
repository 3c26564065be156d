"""Collecting one answer: two bounded streams, a mark that ends both, and why an answer is not whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio_backup.errors import AnswerTooLarge
from studio_backup.probe import Reply

#: Most bytes one stream of one answer may hold.
STREAM_LIMIT = 64 * 1024 * 1024
#: `Reply.exit` of an answer that ended without an exit status: cut, late, or whole by its end mark alone.
NO_EXIT = -1


@dataclass(frozen=True)
class Answer:
    """What came back. `whole` is false when the deadline or a cut ended it: `reply` then holds what was read.

    With an end mark, whole means that both streams ended with it, whatever the exit status; without one,
    that both streams were closed and an exit status arrived. `reason` says why it is not, "" when it is.
    """

    reply: Reply
    whole: bool
    reason: str = ""


class Stream:
    """The bytes of one stream up to and including its end mark; what comes after it is dropped."""

    def __init__(self, end: str | None, limit: int = STREAM_LIMIT) -> None:
        self._mark = None if end is None else end.encode() + b"\n"
        self._limit = limit
        self._bytes = bytearray()
        self.ended = False

    def feed(self, data: bytes) -> None:
        """Take more bytes. Raises AnswerTooLarge past the bound."""
        if self.ended:
            return
        searched = len(self._bytes)
        self._bytes += data
        if self._mark is not None:
            self._find(self._mark, searched)
        if len(self._bytes) > self._limit:
            raise AnswerTooLarge(f"an answer grew past {self._limit // 1024 // 1024} MiB and was dropped")

    def _find(self, mark: bytes, searched: int) -> None:
        at = self._bytes.find(mark, max(0, searched - len(mark) + 1))
        while at > 0 and self._bytes[at - 1] != ord("\n"):
            at = self._bytes.find(mark, at + 1)
        if at >= 0:
            del self._bytes[at + len(mark) :]
            self.ended = True

    def text(self) -> str:
        """Everything as text; bytes that are no UTF-8 stand as lone surrogates."""
        return self._bytes.decode("utf-8", "surrogateescape")


class Collector:
    """Both streams of one answer."""

    def __init__(self, end: str | None, limit: int = STREAM_LIMIT, plain: Callable[[str], str] = str) -> None:
        self.out = Stream(end, limit)
        self.err = Stream(end, limit)
        self._plain = plain  # takes away what the other side wraps its errors in
        self._expects_end = end is not None

    @property
    def ended(self) -> bool:
        """True once both streams showed the end mark: nothing more is worth waiting for."""
        return self.out.ended and self.err.ended

    def closed(self, exit_status: int) -> Answer:
        """The answer of a program that closed both streams and exited."""
        if not self._expects_end or self.ended:
            return self._answer(exit_status, whole=True)
        last = self._plain(self.err.text()).strip().rpartition("\n")[2][-200:]
        return self._answer(
            exit_status,
            reason=f"the shell ended early, exit status {exit_status}" + (f": {last}" if last else ""),
        )

    def stopped(self, reason: str, exit_status: int = NO_EXIT) -> Answer:
        """The answer as far as it came when reading stopped: whole by its mark, or else not for `reason`."""
        return self._answer(exit_status, whole=True) if self.ended else self._answer(exit_status, reason=reason)

    def _answer(self, exit_status: int, *, whole: bool = False, reason: str = "") -> Answer:
        return Answer(Reply(exit_status, self.out.text(), self._plain(self.err.text())), whole, reason)
