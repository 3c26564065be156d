"""A script on the other side whose input and output the caller streams."""

from __future__ import annotations

import contextlib
import threading

import paramiko

from studio_backup.errors import AnswerTooLarge, ConnectionCut, NoAnswer
from studio_backup.ssh.session import Session
from studio_backup.transport.answer import STREAM_LIMIT

_PACKET = 32 * 1024
_ERRORS_KEPT = 65536
#: How often a blocked writer empties the other side's output, which may be what blocks it.
_LOOK_AROUND = 1.0


class SshRemote:
    """See transport.Remote. One thread may read while another writes."""

    def __init__(self, session: Session, where: str, silence: float, out: bytes, err: bytes) -> None:
        self._session = session
        self._where = where
        self._silence = silence
        self._out = bytearray(out)
        self._errors = bytearray(err)
        self._finished = False
        self._lock = threading.Lock()

    def read(self, size: int) -> bytes:
        """See Remote.read."""
        while True:
            self._session.listen()
            self._pull()
            with self._lock:
                data = bytes(self._out[:size])
                del self._out[:size]
            if data or self._finished:
                break
            if not self._session.wait(self._silence):
                raise NoAnswer(f"{self._where}: nothing moved for {self._silence:g} s")
        if not data and not self._session.channel.eof_received:
            raise ConnectionCut(f"{self._where} closed the connection in the middle of a stream")
        return data

    def write(self, data: bytes) -> None:
        """See Remote.write."""
        rest, waited = memoryview(data), 0.0
        self._session.channel.settimeout(min(_LOOK_AROUND, self._silence))
        while rest:
            moved = self._pull()
            if moved:
                self._session.ring()  # a reader in another thread finds it in our buffer
            if len(self._out) > STREAM_LIMIT:
                raise AnswerTooLarge(f"{self._where} writes, and nobody reads it")
            try:
                rest = rest[self._session.channel.send(bytes(rest[:_PACKET])) :]
                waited = 0.0
            except TimeoutError:
                waited = 0.0 if moved else waited + min(_LOOK_AROUND, self._silence)
                if waited >= self._silence:
                    raise NoAnswer(f"{self._where} takes no data for {self._silence:g} s") from None
            except (OSError, EOFError, paramiko.SSHException):
                raise ConnectionCut(f"{self._where} stopped reading its input") from None

    def finish_writing(self) -> None:
        """See Remote.finish_writing."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._session.channel.shutdown_write()

    def exit_status(self) -> int:
        """See Remote.exit_status."""
        while self.read(_PACKET):
            continue
        status = self._session.exit_status(self._silence)
        if status is None:
            if self._session.channel.closed:
                raise ConnectionCut(f"{self._where}: the program ended without an exit status")
            raise NoAnswer(f"{self._where}: the program did not end in {self._silence:g} s")
        return status

    def errors(self) -> str:
        """See Remote.errors."""
        self._pull()
        return self._errors.decode("utf-8", "surrogateescape")

    def close(self) -> None:
        """See Remote.close."""
        self._session.close()

    def _pull(self) -> bool:
        with self._lock:
            out, err, self._finished = self._session.pull()
            self._out += out
            self._errors += err
            del self._errors[:-_ERRORS_KEPT]
        return bool(out or err)
