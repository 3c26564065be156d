"""Which hosts lie on the way to a system, by the spec or by ~/.ssh/config, and who vouches for each."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fabric import Config, Connection  # type: ignore[import-untyped]

from studio_backup.errors import UsageError
from studio_backup.ssh.hop import Hop
from studio_backup.ssh.hostkeys import Account, Gatekeeper
from studio_backup.ssh.knownhosts import known_hosts
from studio_backup.ssh.pins import HostKey

if TYPE_CHECKING:
    from studio_backup.spec.model import Jump

_MOST_JUMPS = 8
_loading = threading.Lock()


def configuration() -> Config:
    """~/.ssh/config and the system's, read once for all hosts; fabric's own settings files are not read."""
    with _loading:
        return _configuration(str(Path("~/.ssh/config").expanduser()))


@lru_cache(maxsize=4)
def _configuration(user_file: str) -> Config:
    config = Config(lazy=True, user_ssh_path=user_file)
    config.load_ssh_config()
    return config


class SharedConnection(Connection):  # type: ignore[misc]
    """A fabric Connection that leaves the Config it shares with other threads as it is.

    What is no attribute of the class, fabric writes into the Config, which then merges itself anew under the
    hands of every other thread.
    """

    inline_ssh_env: bool | None = None


def _connection(address: str, port: int | None, user: str | None) -> Connection:
    # gateway=False: fabric follows ProxyJump backwards and pins nothing on the way; `jumps` does it instead.
    return SharedConnection(
        address, user=user, port=port, config=configuration(), gateway=False, connect_kwargs={"sock": None}
    )


def target(name: str, address: str, port: int, user: str, accounts: Mapping[HostKey, Account]) -> Hop:
    """The system itself. `name` is for messages."""
    connection = _connection(address, None if port == 22 else port, user or None)
    where = name if name == address else f"{name} ({address})"
    pins = {key: replace(account, user=account.user or connection.user) for key, account in accounts.items()}
    return Hop(connection, Gatekeeper(where, pins, _pin_fix(address, port)))


def jumps(spec: Sequence[Jump], last: Hop) -> list[Hop]:
    """The hops before `last`, in the order they are passed: those of the spec, else of ~/.ssh/config."""
    if not spec:
        return _configured(last.connection, _MOST_JUMPS)
    hops: list[Hop] = []
    for jump in spec:
        connection = _connection(jump.address, None if jump.port == 22 else jump.port, jump.user or None)
        pins = {HostKey.parse(jump.host_key): Account(connection.user, jump.identity)} if jump.host_key else {}
        fix = _pin_fix(jump.address, jump.port)
        hops.append(Hop(connection, Gatekeeper(f"jump host {jump.address}", pins, fix)))
    return [*_configured(hops[0].connection, _MOST_JUMPS), *hops]


def _configured(connection: Connection, most: int) -> list[Hop]:
    named = connection.ssh_config.get("proxyjump", "none")
    if named.lower() == "none":
        return []
    if most == 0:
        raise UsageError(f"~/.ssh/config: ProxyJump of {connection.original_host} never ends")
    hops = [_known_hop(name.strip()) for name in named.split(",")]
    return [*_configured(hops[0].connection, most - 1), *hops]


def _known_hop(name: str) -> Hop:
    connection = _connection(name.removeprefix("ssh://"), None, None)
    settings = connection.ssh_config
    files = settings.get("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2")
    known = known_hosts(files, settings.get("hostkeyalias", connection.host), connection.port)
    account = Account(connection.user, None)
    fix = f"log in once by hand, compare the fingerprint, and let ssh remember it: ssh {name}"
    return Hop(connection, Gatekeeper(f"jump host {name}", dict.fromkeys(known, account), fix))


def _pin_fix(address: str, port: int) -> str:
    return f"studio-backup pin {address}" + ("" if port == 22 else f":{port}")
