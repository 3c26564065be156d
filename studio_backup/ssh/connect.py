"""From a system of the spec to a logged-in transport: the route, the pins, and which system answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.hop import Hop, Opened
from studio_backup.ssh.hostkeys import Account
from studio_backup.ssh.pins import HostKey
from studio_backup.ssh.route import jumps, target
from studio_backup.ssh.ssh import Ssh

if TYPE_CHECKING:
    from studio_backup.spec.model import Jump, System

#: Seconds for connecting and logging in, all hops together.
CONNECT_SECONDS = 10.0


def connect(
    system: System,
    siblings: Iterable[System] = (),
    password: str | None = None,
    timeout: float = CONNECT_SECONDS,
) -> tuple[Ssh, System]:
    """Log in to `system`, or to the sibling that answers at its address instead: the host key tells which.

    `password` is for sudo alone. ~/.ssh/config is honoured; a port of 22 in the spec leaves the port to it.
    Raises TransportError within `timeout` seconds (and the time a name takes to resolve).
    """
    accounts = {
        HostKey.parse(one.host_key): Account(one.user, one.identity, one) for one in (system, *siblings) if one.host_key
    }
    last = target(system.full_name, system.address, system.port, system.user, accounts)
    # A jump host without a key of its own is entered with the system's: one `identity:` for a whole studio is the rule.
    passed = [replace(hop, identity=hop.identity or system.identity) for hop in system.jump]
    opened = open_all([*jumps(passed, last), last], Deadline(timeout))
    answered = last.gatekeeper.answered().system
    assert answered is not None
    return Ssh(opened, answered, password), answered


def fetch_host_keys(
    address: str, port: int = 22, jump: Sequence[Jump] = (), timeout: float = CONNECT_SECONDS
) -> list[HostKey]:
    """Every host key an address shows, best type first, without logging in to it. Raises TransportError.

    What it returns is unproven: compare a fingerprint with one read at the machine itself before pinning it.
    """
    deadline = Deadline(timeout)
    last = target(address, address, port, "", {})
    before = open_all(jumps(jump, last), deadline)
    try:
        return last.offered(before[-1] if before else None, deadline)
    finally:
        close_all(before)


def open_all(hops: Sequence[Hop], deadline: Deadline) -> list[Opened]:
    """Open each hop through the one before it; all or none."""
    opened: list[Opened] = []
    try:
        for hop in hops:
            opened.append(hop.open(opened[-1] if opened else None, deadline))
    except BaseException:
        close_all(opened)
        raise
    return opened


def close_all(opened: Sequence[Opened]) -> None:
    """Close the last hop first."""
    for hop in reversed(opened):
        hop.close()
