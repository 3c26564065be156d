"""Opening the byte stream that SSH runs over: TCP, a proxy command, or a channel of the hop before."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable

import paramiko

from studio_backup.errors import ConnectionRefused, HostDown, NameNotFound, TransportError, Unreachable
from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.opening import LOST, open_channel
from studio_backup.transport.early import PromptSocket, begun
from studio_backup.transport.process import environment


def dial(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first address of `host` that answers before the deadline. Raises Unreachable."""
    if early := begun(host, port, max(0.001, deadline.left())):
        return _prompt(early, deadline)
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NameNotFound(f"{host}: no such name ({_words(error)})", "check `address:` and the DNS") from None
    failure: OSError | None = None
    for family, kind, protocol, _, address in addresses:
        try:
            sock = PromptSocket(family, kind, protocol)
        except OSError as error:  # a kernel without IPv6; what another address said tells more
            failure = failure or error
            continue
        try:
            _prompt(sock, deadline).connect(address)
        except OSError as error:
            sock.close()
            failure = error
            continue
        return sock
    raise _unreachable(host, port, failure or TimeoutError(), deadline)


def _prompt(sock: socket.socket, deadline: Deadline) -> socket.socket:
    """The socket, bounded by the deadline; no request waits for the acknowledgement of the one before."""
    sock.settimeout(max(0.001, deadline.left()))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _unreachable(host: str, port: int, error: OSError, deadline: Deadline) -> Unreachable:
    where = f"{host} port {port}"
    if isinstance(error, ConnectionRefusedError):
        return ConnectionRefused(f"{where}: refused; the host is up, but no SSH server listens there")
    if isinstance(error, TimeoutError):
        return HostDown(f"{where}: no answer in {deadline.seconds:.3g} s")
    return HostDown(f"{where}: {_words(error)}")


def _words(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def tunnel(before: paramiko.Transport, host: str, port: int, deadline: Deadline) -> paramiko.Channel:
    """A channel through the hop before. Raises Unreachable, TransportError."""
    try:
        return open_channel(before, deadline, "direct-tcpip", (host, port))
    except paramiko.ChannelException as error:
        raise HostDown(f"{host} port {port}: its jump host cannot reach it ({error.text})") from None
    except LOST:
        if deadline.passed:
            raise HostDown(f"{host} port {port}: no answer through its jump host in {deadline.seconds:.3g} s") from None
        raise TransportError(f"{host} port {port}: its jump host closed the connection") from None


def proxy(command: str) -> tuple[socket.socket, Callable[[], None]]:
    """The standard streams of a ProxyCommand as one socket, and what ends the command."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            env=environment(),
        )

    def end() -> None:
        ours.close()
        process.terminate()
        process.wait()

    return ours, end
