"""One SSH connection of a route: opened through fabric, judged by its host key, closed without a trace."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass

import paramiko
from fabric import Connection  # type: ignore[import-untyped]

from studio_backup.errors import ConnectionCut, NotSpeaking, TransportError
from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.dial import dial, proxy, tunnel
from studio_backup.ssh.hostkeys import Gatekeeper
from studio_backup.ssh.login import Login
from studio_backup.ssh.pins import HostKey

#: Seconds between keepalives, so that firewalls keep the connection and a dead host is noticed.
KEEPALIVE = 15
#: Host key types that are asked for one by one when a host shows none of the pinned types, best first.
KEY_TYPES = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256",),
    ("ecdsa-sha2-nistp384",),
    ("ecdsa-sha2-nistp521",),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
#: Ciphers in the order of their cost here; older modes are not offered.
_CIPHERS = ("aes128-gcm@openssh.com", "aes128-ctr", "aes256-gcm@openssh.com", "aes192-ctr", "aes256-ctr")
_FAILURES = (paramiko.SSHException, EOFError, OSError)


@dataclass(frozen=True)
class Opened:
    """A connection that stands, and what has to end with it."""

    connection: Connection
    transport: paramiko.Transport
    end_proxy: Callable[[], None] | None = None

    def close(self) -> None:
        """End it; safe to call twice."""
        close_transport(self.transport)
        self.connection.client.close()
        if self.end_proxy is not None:
            self.end_proxy()


def close_transport(transport: paramiko.Transport) -> None:
    """Close a transport now: its thread would sleep in the socket for up to 0.1 s, unless that ends first.

    Nobody waits for the thread: with many machines, their ends one after another are felt.
    """
    with contextlib.suppress(OSError, EOFError, AttributeError):
        transport.sock.shutdown(socket.SHUT_RDWR)
    transport.close()
    transport.packetizer.complete_handshake()  # else its timer thread sleeps on up to the timeout
    with contextlib.suppress(OSError, EOFError):
        transport.sock.close()


@dataclass(frozen=True)
class Hop:
    """A connection to make: the last one of a route is the system itself."""

    connection: Connection
    gatekeeper: Gatekeeper

    @property
    def where(self) -> str:
        """Its name in messages."""
        return self.gatekeeper.where

    @property
    def _proxy(self) -> str | None:
        settings = self.connection.ssh_config
        return None if "proxyjump" in settings else settings.get("proxycommand")

    def open(self, before: Opened | None, deadline: Deadline) -> Opened:
        """Connect, check the host key, log in. Raises TransportError."""
        deadline = deadline.within(_seconds(self.connection.ssh_config.get("connecttimeout")))
        stream, end_proxy = self._stream(before, deadline)
        transports: list[paramiko.Transport] = []

        def transport_factory(sock: socket.socket, **options: object) -> paramiko.Transport:
            transports.append(make_transport(sock, self.gatekeeper.algorithms, deadline, **options))
            return transports[0]

        connection = self.connection
        connection.forward_agent = False
        connection.connect_timeout = None
        connection.client.set_missing_host_key_policy(self.gatekeeper)
        connection.connect_kwargs = {
            "sock": stream,
            "timeout": deadline.left(),
            "banner_timeout": deadline.left(),
            "auth_timeout": deadline.left(),
            "transport_factory": transport_factory,
            "auth_strategy": self._login(),
        }
        try:
            connection.open()
        except (TransportError, *_FAILURES) as error:
            for transport in transports:
                close_transport(transport)
            stream.close()
            if end_proxy is not None:
                end_proxy()
            raise self._explained(error, before, deadline) from None
        transports[0].set_keepalive(KEEPALIVE)
        return Opened(connection, transports[0], end_proxy)

    def offered(self, before: Opened | None, deadline: Deadline) -> list[HostKey]:
        """Every host key the host shows, best first, without logging in; [] if none. Raises Unreachable."""
        found: list[HostKey] = []
        for algorithms in KEY_TYPES:
            stream, end_proxy = self._stream(before, deadline)
            transport = make_transport(stream, algorithms, deadline)
            try:
                transport.start_client(timeout=deadline.left())
                key = transport.get_remote_server_key()
                found.append(HostKey(key.get_name(), key.get_base64()))
            except paramiko.ssh_exception.IncompatiblePeer:
                continue
            except _FAILURES as error:
                raise self._explained(error, None, deadline) from None
            finally:
                close_transport(transport)
                if end_proxy is not None:
                    end_proxy()
        return found

    def _stream(self, before: Opened | None, deadline: Deadline) -> tuple[socket.socket, Callable[[], None] | None]:
        host, port = self.connection.host, self.connection.port
        if before is not None:
            return tunnel(before.transport, host, port, deadline), None  # type: ignore[return-value]
        if self._proxy is not None:
            return proxy(self._proxy)
        return dial(host, port, deadline), None

    def _login(self) -> Login:
        settings = self.connection.ssh_config
        only = settings.get("identitiesonly", "no").lower() == "yes"
        return Login(self.gatekeeper, self.where, settings.get("identityfile", []), only=only)

    def _explained(self, error: Exception, before: Opened | None, deadline: Deadline) -> TransportError:
        if isinstance(error, TransportError):
            return error
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer) and self.gatekeeper.pins:
            for key in self.offered(before, deadline):
                try:
                    self.gatekeeper.judge(key)
                except TransportError as changed:
                    return changed
        if self.gatekeeper.recognised:
            return ConnectionCut(f"{self.where} closed the connection during the login")
        door = f"port {self.connection.port} is open" if self._proxy is None else "its ProxyCommand runs"
        if deadline.passed:
            return NotSpeaking(f"{self.where}: {door}, but no SSH handshake in {deadline.seconds:.3g} s")
        return NotSpeaking(f"{self.where}: {door}, but the SSH handshake fails ({error})"[:300])


def make_transport(
    sock: socket.socket, algorithms: tuple[str, ...], deadline: Deadline, **options: object
) -> paramiko.Transport:
    """A transport that asks for these host key algorithms only; () stands for all."""
    transport = paramiko.Transport(sock, **options)  # type: ignore[arg-type]
    transport.banner_timeout = deadline.left()
    transport.handshake_timeout = deadline.left()
    security = transport.get_security_options()
    security.ciphers = tuple(name for name in _CIPHERS if name in security.ciphers)
    if algorithms:
        usable = tuple(name for name in algorithms if name in security.key_types)
        if not usable:
            raise TransportError(f"host keys of type {' or '.join(algorithms)} are not supported")
        security.key_types = usable
    return transport


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdigit() and int(text) > 0 else None
