"""A logged-in system as a Transport: every script on a channel of its own, as root where the spec says so."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio_backup.errors import ConnectionCut, TransportError
from studio_backup.ssh.become import Sudo, powershell_command, shell_command, sudo_command
from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.hop import Opened
from studio_backup.ssh.remote import SshRemote
from studio_backup.ssh.session import Session
from studio_backup.transport.answer import Answer, Collector
from studio_backup.transport.interface import SILENCE, Remote, one_line
from studio_backup.windows.clixml import plain

if TYPE_CHECKING:
    from studio_backup.spec.model import System


class Ssh:
    """See transport.Transport. Owns the connection and those of the jump hosts before it."""

    def __init__(self, hops: Sequence[Opened], system: System, password: str | None) -> None:
        self._hops = tuple(hops)
        self._transport = hops[-1].transport
        self._system = system
        self._password = password
        self.where = system.full_name
        self.language = "powershell" if system.os == "windows" else "sh"

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:
        """See Transport.run."""
        deadline = Deadline(timeout)
        session, out, err = self._start(deadline, streams=False)
        try:
            collector = Collector(end, plain=plain if self.language == "powershell" else str)
            collector.out.feed(out)
            collector.err.feed(err)
            session.send(script.encode("utf-8", "surrogateescape"), last=True)
            return self._collect(session, collector, deadline)
        finally:
            session.close()

    def open(self, script: str, silence: float = SILENCE) -> Remote:
        """See Transport.open."""
        session, out, err = self._start(Deadline(silence), streams=True)
        remote = SshRemote(session, self.where, silence, out, err)
        remote.write(script.encode() if self.language == "powershell" else one_line(script))
        return remote

    def close(self) -> None:
        """See Transport.close."""
        for hop in reversed(self._hops):
            hop.close()

    def _start(self, deadline: Deadline, *, streams: bool) -> tuple[Session, bytes, bytes]:
        """A session whose shell waits for its script, and what both streams held before it was asked."""
        if self.language == "powershell":
            return Session(self._transport, self.where, powershell_command(), deadline), b"", b""
        if self._system.become is None:
            return Session(self._transport, self.where, shell_command(streams=streams), deadline), b"", b""
        nonce = secrets.token_hex(8)
        command = sudo_command(nonce, streams=streams)
        session = Session(self._transport, self.where, command, deadline)
        try:
            return session, *self._become(session, Sudo(nonce, self._password, self._system.user), deadline)
        except TransportError:
            session.close()
            raise

    def _become(self, session: Session, sudo: Sudo, deadline: Deadline) -> tuple[bytes, bytes]:
        noise = b""
        while True:
            session.listen()
            out, err, finished = session.pull()
            noise += out
            reply = sudo.hear(err)
            if sudo.rest is not None:
                return noise, sudo.rest
            if reply:
                session.send(reply, last=False)
            elif finished:
                raise sudo.ended()
            elif deadline.passed:
                raise sudo.ended(f" in {deadline.seconds:.3g} s")
            session.wait(deadline.left())

    def _collect(self, session: Session, collector: Collector, deadline: Deadline) -> Answer:
        while True:
            session.listen()
            try:
                out, err, finished = session.pull()
            except ConnectionCut:
                return collector.stopped("the connection was cut")
            collector.out.feed(out)
            collector.err.feed(err)
            if collector.ended:
                return collector.stopped("", session.channel.exit_status)
            if finished:
                break
            if deadline.passed:
                return collector.stopped(f"no whole answer in {deadline.seconds:.3g} s")
            session.wait(deadline.left())
        status = session.exit_status(deadline.left())
        if status is not None:
            return collector.closed(status)
        if not self._transport.is_active():
            return collector.stopped("the connection was cut")
        if session.channel.closed:
            return collector.stopped("the shell was killed there")
        return collector.stopped(f"its streams are closed, but it did not end in {deadline.seconds:.3g} s")
