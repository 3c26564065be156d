"""What the user's own known_hosts files say of a host, read as ssh reads them: marks, hashed names, odd lines."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from pathlib import Path

from studio_backup.errors import HostKeyError
from studio_backup.ssh.pins import HostKey

_REVOKED = "@revoked"


def known_hosts(files: str, name: str, port: int) -> list[HostKey]:
    """The keys that the files hold for a host, without any that one of them revokes, for whatever host.

    Certificate authorities and lines that make no sense are passed over; files that are not there hold nothing.
    Raises HostKeyError for a file that cannot be read: it may revoke a key.
    """
    sought = name if port == 22 else f"[{name}]:{port}"
    known: dict[HostKey, None] = {}
    revoked: set[HostKey] = set()
    for line in _lines(files):
        try:
            if line.startswith(_REVOKED):
                _, _, key = line.split(maxsplit=2)
                revoked.add(HostKey.parse(key))
            elif not line.startswith(("#", "@")):
                names, key = line.split(maxsplit=1)
                if any(_names(pattern, sought) for pattern in names.split(",")):
                    known[HostKey.parse(key)] = None
        except ValueError:
            continue
    return [key for key in known if key not in revoked]


def _lines(files: str) -> Iterator[str]:
    for file in files.split():
        try:
            path = Path(file).expanduser()
            if path.is_file():
                text = path.read_text(encoding="utf-8", errors="surrogateescape")
                yield from (line.strip() for line in text.split("\n"))
        except (OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            fix = "make it readable, or mend UserKnownHostsFile in ~/.ssh/config"
            raise HostKeyError(f"{file} cannot be read: {reason}", fix) from None


def _names(pattern: str, host: str) -> bool:
    """Whether one name of a line is this host; `|1|SALT|DIGEST` is a name that `ssh-keygen -H` has hashed."""
    if not pattern.startswith("|1|"):
        return pattern == host
    salt, _, digest = pattern[3:].partition("|")
    return hmac.digest(base64.b64decode(salt), host.encode(), "sha1") == base64.b64decode(digest)
