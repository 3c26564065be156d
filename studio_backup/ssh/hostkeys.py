"""Deciding on a host key before anything of ours is shown to the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import paramiko

from studio_backup.errors import HostKeyChanged, HostKeyUnknown
from studio_backup.ssh.pins import HostKey

if TYPE_CHECKING:
    from studio_backup.spec.model import System


@dataclass(frozen=True)
class Account:
    """Whom to log in as where a certain host key answers."""

    user: str
    identity: str | None
    system: System | None = None


class Gatekeeper(paramiko.MissingHostKeyPolicy):
    """Knows the keys one host may show, and whose each is; replaces fabric's policy, which takes any key."""

    def __init__(self, where: str, pins: Mapping[HostKey, Account], fix: str) -> None:
        self.where = where
        self.pins = dict(pins)
        self.fix = fix
        self._account: Account | None = None

    @property
    def recognised(self) -> bool:
        """True once the host has proven to be one we know."""
        return self._account is not None

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What to offer in the key exchange: the pinned types only; () stands for every type."""
        return tuple(dict.fromkeys(name for key in self.pins for name in key.algorithms))

    def answered(self) -> Account:
        """The account that belongs to the key the host showed."""
        if self._account is None:
            raise RuntimeError("the host key was not checked before the login")
        return self._account

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002
        """Called by paramiko with the key the host has proven to hold. Raises HostKeyError."""
        self.judge(HostKey(key.get_name(), key.get_base64()))

    def judge(self, seen: HostKey) -> None:
        """Accept a pinned key; raises HostKeyUnknown or HostKeyChanged for any other."""
        if not self.pins:
            raise HostKeyUnknown(
                f"{self.where} has no pinned host key; it shows {seen.description}",
                self.fix,
                seen=seen.fingerprint,
            )
        if seen not in self.pins:
            pinned = " or ".join(key.description for key in self.pins)
            raise HostKeyChanged(
                f"{self.where} shows another host key than the pinned one: pinned {pinned}, seen {seen.description}",
                self.fix,
                seen=seen.fingerprint,
                pinned=[key.fingerprint for key in self.pins],
            )
        self._account = self.pins[seen]
