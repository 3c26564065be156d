"""TCP connections begun early: the machines get ready while the SSH library is still being loaded here."""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Iterable
from pathlib import Path

#: Words of an SSH configuration after which an address may lead elsewhere than it says.
_ELSEWHERE = frozenset(["hostname", "port", "proxyjump", "proxycommand", "match"])
_CONFIGURATIONS = ("~/.ssh/config", "/etc/ssh/ssh_config")
#: Linux alone can be told, and forgets it soon.
_QUICK: int | None = getattr(socket, "TCP_QUICKACK", None)

_begun: dict[tuple[str, int], PromptSocket] = {}


class PromptSocket(socket.socket):
    """Acknowledges what it reads at once: many a server holds its next small packet until then, 40 ms on Linux."""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """See socket.recv."""
        data = super().recv(size, flags)
        if _QUICK is not None and data:
            self.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)
        return data


def knock(places: Iterable[tuple[str, int]]) -> None:
    """Begin a connection to each (address, port), without waiting for any.

    Only to addresses that are numbers, since looking up a name waits, and only where no SSH configuration of this
    machine leads anywhere else. What cannot be begun is left to `dial`, which says why.
    """
    if any(map(_leads_elsewhere, _CONFIGURATIONS)):
        return
    for address, port in dict.fromkeys(places):
        family = next((one for one in (socket.AF_INET, socket.AF_INET6) if _is_number(one, address)), None)
        if family is None or (address, port) in _begun:
            continue
        try:
            sock = PromptSocket(family, socket.SOCK_STREAM)
            sock.setblocking(False)
            sock.connect_ex((address, port))
        except OSError:
            continue
        _begun[address, port] = sock


def begun(address: str, port: int, seconds: float) -> PromptSocket | None:
    """The connection that was begun to there, once it stands; None when there is none, or not within `seconds`."""
    sock = _begun.pop((address, port), None)
    if sock is None:
        return None
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    if poll.poll(seconds * 1000) and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
        return sock
    sock.close()
    return None


def _is_number(family: int, address: str) -> bool:
    try:
        socket.inet_pton(family, address)
    except (OSError, ValueError):
        return False
    return True


def _leads_elsewhere(file: str) -> bool:
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return False
    except (OSError, RuntimeError):
        return True
    return any(re.split(r"[\s=]+", line.strip(), maxsplit=1)[0].lower() in _ELSEWHERE for line in text.splitlines())
