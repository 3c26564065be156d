"""Opening a channel of a connection that stands, bounded by our deadline."""

from __future__ import annotations

import paramiko

from studio_backup.ssh.deadline import Deadline

#: What paramiko raises where no channel came: it was refused, it took too long, or the connection is gone.
LOST = (paramiko.SSHException, EOFError, OSError)


def open_channel(
    transport: paramiko.Transport, deadline: Deadline, kind: str, to: tuple[str, int] | None = None
) -> paramiko.Channel:
    """A channel of that kind; `direct-tcpip` leads `to` a host and port. Raises ChannelException if refused, else LOST.

    paramiko counts by the wall clock, and one that is set, or stood still while a laptop slept, ends its wait at once.
    It is over when the deadline says so, which counts by no clock that anybody sets.
    """
    while True:
        try:
            return transport.open_channel(kind, to, to and ("", 0), timeout=deadline.left())
        except paramiko.ChannelException:
            raise
        except LOST:
            if deadline.passed or not transport.is_active():
                raise
