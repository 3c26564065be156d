"""Logging in: which keys are tried, in which order, and what to say when none is taken."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import paramiko

from studio_backup.errors import ConnectionCut, LoginRefused
from studio_backup.ssh.hostkeys import Gatekeeper

_DEFAULT_IDENTITIES = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
_loading = threading.Lock()


def read_identity(path: str) -> paramiko.PKey | str:
    """The private key in a file, read once for all hosts, or why there is none."""
    try:
        found = str(Path(path).expanduser())
    except RuntimeError:
        return f"{path} names a user who is not on this computer"
    with _loading:
        return _read_identity(found)


@lru_cache(maxsize=64)
def _read_identity(path: str) -> paramiko.PKey | str:
    try:
        return paramiko.PKey.from_path(path)
    except FileNotFoundError:
        return f"{path} does not exist"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    except (paramiko.PasswordRequiredException, TypeError):
        return f"{path} is encrypted (ssh-add it)"
    except (paramiko.SSHException, paramiko.pkey.UnknownKeyType, ValueError):
        return f"{path} holds no usable private key"


class Login:
    """What paramiko calls an auth strategy: identities of the spec or ~/.ssh/config, agent, usual files.

    Named identities leave out the usual files; `only` leaves out the agent's keys that no identity names.
    """

    def __init__(self, gatekeeper: Gatekeeper, where: str, configured: Sequence[str], *, only: bool) -> None:
        self._gatekeeper = gatekeeper
        self._where = where
        self._configured = tuple(configured)
        self._only = only

    def authenticate(self, transport: paramiko.Transport) -> None:
        """Log in as the user of whichever system answered. Raises LoginRefused, ConnectionCut."""
        account = self._gatekeeper.answered()
        notes: list[str] = []
        tried: set[bytes] = set()
        named = (account.identity,) if account.identity else self._configured
        for key in self._keys(named, notes):
            if key.asbytes() in tried:
                continue
            tried.add(key.asbytes())
            try:
                transport.auth_publickey(account.user, key)
            except paramiko.BadAuthenticationType as error:
                notes.append(f"it takes {' or '.join(error.allowed_types)} only")
                break
            except paramiko.AuthenticationException:
                if not transport.is_active():
                    break
                continue
            except (paramiko.SSHException, EOFError, OSError):
                break
            if transport.is_authenticated():
                return
            notes.append("it wants a second factor as well")
            break
        if tried and not transport.is_active():
            raise ConnectionCut(f"{self._where} closed the connection while {account.user} logged in")
        counted = f"none of {len(tried)} keys" if len(tried) != 1 else "not the key"
        here = "name a private key that can be read here: `identity:`, or IdentityFile in ~/.ssh/config"
        there = f"add a public key of yours to the authorized_keys of {account.user} there"
        raise LoginRefused(
            f"{self._where} lets {account.user} in with {counted}" + "".join(f"; {note}" for note in notes),
            here if named and not tried else there,
        )

    def _keys(self, named: Sequence[str], notes: list[str]) -> Iterator[paramiko.PKey]:
        for path in named:
            key = read_identity(path)
            if isinstance(key, str):
                notes.append(key)
            else:
                yield key
        yield from self._agent_keys(named)
        if not named:
            yield from (key for key in map(read_identity, _DEFAULT_IDENTITIES) if not isinstance(key, str))

    def _agent_keys(self, named: Sequence[str]) -> Iterator[paramiko.PKey]:
        agent = paramiko.Agent()
        try:
            public = {_public_half(path) for path in named}
            for key in agent.get_keys():
                if not self._only or key.get_base64() in public:
                    yield key
        except (paramiko.SSHException, OSError):
            return
        finally:
            agent.close()


def _public_half(path: str) -> str | None:
    try:
        words = Path(path + ".pub").expanduser().read_text(encoding="ascii", errors="replace").split()
    except (OSError, RuntimeError):
        return None
    return words[1] if len(words) > 1 else None
