"""What every way of reaching a system can do: ask a script, or stream through one."""

from __future__ import annotations

from typing import Protocol

from studio_backup.transport.answer import Answer

#: Seconds without a byte in either direction after which a stream is given up.
SILENCE = 300.0

#: Takes the script as one line (see `one_line`) and leaves standard input to it. No byte of this means
#: anything to sh, csh or fish in single quotes, and `read` takes the line byte by byte: no data is swallowed.
STREAM_BOOT = 'IFS= read -r script; eval "$(printf %b "$script")"'


def one_line(script: str) -> bytes:
    """The script as STREAM_BOOT reads it: one line, undone by `printf %b`."""
    escaped = script.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.encode("utf-8", "surrogateescape") + b"\n"


class Remote(Protocol):
    """A running script with its three streams. Every method may raise TransportError."""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of standard output as soon as there are any; b"" once it is closed."""
        ...

    def write(self, data: bytes) -> None:
        """All of `data` to standard input. Raises ConnectionCut if nobody reads it any more."""
        ...

    def finish_writing(self) -> None:
        """Close standard input."""
        ...

    def exit_status(self) -> int:
        """Wait for the end; unread standard output is dropped."""
        ...

    def errors(self) -> str:
        """Standard error so far, its last 64 KiB."""
        ...

    def close(self) -> None:
        """Let go; what still runs there is left to itself."""
        ...


class Transport(Protocol):
    """A way to one system. Calls may follow one another, also after an answer that was not whole.

    `language` is what it is spoken to in: "sh", or "powershell", where a script is a document (windows/document.py).
    """

    @property
    def language(self) -> str: ...

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:
        """Run a script from standard input and collect its answer for at most `timeout` seconds.

        `end` is the last line of a whole answer, awaited on both streams: reading stops there, since a hung
        child may hold the streams open for ever. Late or cut, it returns what was read, marked. Raises
        TransportError only when the script never started, AnswerTooLarge past 64 MiB a stream.
        """
        ...

    def open(self, script: str, silence: float = SILENCE) -> Remote:
        """Start a script whose standard input and output the caller streams; raises TransportError."""
        ...

    def close(self) -> None:
        """End the connection; safe to call twice."""
        ...
