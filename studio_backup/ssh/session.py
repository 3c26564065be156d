"""One exec channel: started, fed and drained, every wait bounded by a deadline."""

from __future__ import annotations

import contextlib
import threading

import paramiko
from paramiko.common import cMSG_CHANNEL_REQUEST

from studio_backup.errors import ConnectionCut, NoAnswer, TransportError
from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.opening import LOST, open_channel

_DRAUGHT = 4 * 1024 * 1024
_PACKET = 32 * 1024


class Bell:
    """Wakes the one reader of a channel: rung for data on either stream, for its end and for a close.

    paramiko clears a buffer's event whenever that one buffer runs empty, which would swallow the ring of the
    other: here only the reader resets it, before it looks.
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Called by paramiko: something happened."""
        self._event.set()

    def clear(self) -> None:
        """Called by paramiko: one buffer ran empty, which says nothing of the other."""

    def reset(self) -> None:
        """Forget past rings."""
        self._event.clear()

    def wait(self, seconds: float) -> bool:
        """Sleep until the next ring, at most `seconds`; False if none came."""
        return self._event.wait(seconds)


class Session:
    """A command on the other side and its three streams."""

    def __init__(self, transport: paramiko.Transport, where: str, command: str, deadline: Deadline) -> None:
        self._where = where
        self._torn: ConnectionCut | None = None
        try:
            self.channel = open_channel(transport, deadline, "session")
        except paramiko.ChannelException as error:
            raise TransportError(f"{where} opens no further channel ({error.text})") from None
        except LOST:
            raise self._lost(transport, deadline) from None
        self._bell = Bell()
        self.channel.in_buffer.set_event(self._bell)  # type: ignore[arg-type]
        self.channel.in_stderr_buffer.set_event(self._bell)  # type: ignore[arg-type]
        self._execute(transport, command, deadline)

    def _execute(self, transport: paramiko.Transport, command: str, deadline: Deadline) -> None:
        # Channel.exec_command sends the same and then waits without a limit.
        request = paramiko.Message()
        request.add_byte(cMSG_CHANNEL_REQUEST)
        request.add_int(self.channel.remote_chanid)
        request.add_string("exec")
        request.add_boolean(True)
        request.add_string(command)
        self.channel.event.clear()
        self.channel.event_ready = False
        transport._send_user_message(request)  # type: ignore[attr-defined]
        self.channel.event.wait(deadline.left())
        if not self.channel.event_ready:
            self.close()
            if transport.is_active() and not deadline.passed:
                raise TransportError(f"{self._where} lets this user log in, but not run commands")
            raise self._lost(transport, deadline)

    def _lost(self, transport: paramiko.Transport, deadline: Deadline) -> TransportError:
        if transport.is_active():
            return NoAnswer(f"{self._where}: logged in, then no answer in {deadline.seconds:.3g} s")
        return ConnectionCut(f"{self._where} closed the connection")

    def listen(self) -> None:
        """Forget past rings; the reader calls it before it pulls, so that no later ring is lost."""
        self._bell.reset()

    def ring(self) -> None:
        """Wake the reader: something was pulled for it."""
        self._bell.set()

    def pull(self) -> tuple[bytes, bytes, bool]:
        """Both streams as far as they have come, and whether that was all of them. Raises ConnectionCut."""
        finished = bool(self.channel.eof_received) or self.channel.closed
        if self._torn is not None:
            raise self._torn
        try:
            out = self.channel.recv(_DRAUGHT) if self.channel.recv_ready() else b""
            err = self.channel.recv_stderr(_DRAUGHT) if self.channel.recv_stderr_ready() else b""
        except (paramiko.SSHException, EOFError, OSError):
            # Asking for more failed, and what was taken is lost with it: nothing after it may be read.
            self._torn = ConnectionCut(f"{self._where} closed the connection in the middle of a stream")
            raise self._torn from None
        return out, err, finished and not (self.channel.recv_ready() or self.channel.recv_stderr_ready())

    def wait(self, seconds: float) -> bool:
        """Sleep until `pull` may have something that came after the last `listen`; False if nothing came."""
        return self._bell.wait(seconds)

    def send(self, data: bytes, *, last: bool) -> None:
        """Send without blocking the reader: what does not fit the window goes from another thread."""
        rest = memoryview(data)
        with contextlib.suppress(OSError, paramiko.SSHException, EOFError):
            self.channel.settimeout(None)
            while rest and self.channel.send_ready():
                rest = rest[self.channel.send(bytes(rest[:_PACKET])) :]
            if rest:
                threading.Thread(target=self._send_rest, args=(rest, last), daemon=True).start()
            elif last:
                self.channel.shutdown_write()

    def _send_rest(self, rest: memoryview, last: bool) -> None:
        # A channel that closes meanwhile ends this thread; the reader sees the same and says so.
        with contextlib.suppress(OSError, paramiko.SSHException, EOFError):
            while rest:
                rest = rest[self.channel.send(bytes(rest[:_PACKET])) :]
            if last:
                self.channel.shutdown_write()

    def exit_status(self, seconds: float) -> int | None:
        """The exit status, at most `seconds` after both streams ended; None when none came."""
        self.channel.status_event.wait(seconds)
        return self.channel.exit_status if self.channel.exit_status >= 0 else None

    def close(self) -> None:
        """Close the channel; what runs there is left to itself."""
        with contextlib.suppress(OSError, paramiko.SSHException, EOFError):
            self.channel.close()
