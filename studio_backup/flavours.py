"""The rsyncs there are, and the one table of what each can do; jobs are given nothing else.

macOS has had three: 2.6.9 to macOS 14, a wrapper around that and openrsync in 15.0 to 15.3, openrsync alone since 15.4.
Which options each takes stands in the tables of Apple's own sources (rsync-62, -91, -146 to -182).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RSYNC_3, APPLE_2_6_9, APPLE_WRAPPER, OPENRSYNC = "rsync-3", "apple-2.6.9", "apple-wrapper", "openrsync"
FLAVOURS = (RSYNC_3, APPLE_2_6_9, APPLE_WRAPPER, OPENRSYNC)

_ALL = frozenset(FLAVOURS)
_APPLE = _ALL - {RSYNC_3}
_SAMBA_3 = frozenset({RSYNC_3})

#: Within which jobs/alike.sh tells times apart by itself; how many seconds, the compiler says.
WINDOW = "--modify-window=SECONDS"

#: Option -> the flavours that have it, with this meaning. The wrapper hands what openrsync lacked then to 2.6.9.
TABLE: dict[str, frozenset[str]] = {
    "-rlptHS": _ALL,
    "-rlptgoDHS": _ALL,
    "-rltHS": _ALL,
    "--numeric-ids": _ALL,
    "--update": _ALL,
    "--delete": _ALL,
    "--delete-after": _ALL,
    "--delete-excluded": _ALL,
    "--timeout=600": _ALL,
    # Whether openrsync has it, no record here says.
    WINDOW: _ALL - {OPENRSYNC},
    # Extended attributes, resource forks and access lists to Apple; to rsync 3 it is about executable files.
    "-E": _APPLE,
    # What keeps half of a file from being deleted by --delete-excluded.
    "--filter=P_.studio-backup-partial": _SAMBA_3,
    "--no-s": _SAMBA_3,
    "--no-h": _SAMBA_3,
    "--stats": _SAMBA_3,
    "--info=progress2": _SAMBA_3,
}


@dataclass(frozen=True)
class Use:
    """What a job asks rsync for: options it cannot do without, and those it takes where they are."""

    needed: tuple[str, ...]
    welcome: tuple[str, ...]
    losses: dict[str, str]  # flavour -> what that one loses, and the way out


_BETTER = "rsync 3 in /opt/homebrew/bin or /usr/local/bin is taken before it: brew install rsync"
_UNCOUNTED = f"its own brake and count of files (the machine that keeps the copy has both); {_BETTER}"

PUSH = Use(
    needed=("-rlptHS", "--delete", "--delete-excluded", "--timeout=600"),
    welcome=("--filter=P_.studio-backup-partial", "--no-s", "--no-h", "--stats", "--info=progress2"),
    losses={flavour: _UNCOUNTED for flavour in FLAVOURS if flavour != RSYNC_3},
)
#: From a volume that other systems write, too: modes are each system's own invention there.
PUSH_SHARED = Use(
    needed=("-rltHS", *PUSH.needed[1:]),
    welcome=(WINDOW, *PUSH.welcome),
    losses={**PUSH.losses, OPENRSYNC: f"the tolerance of times that other systems write, and {_UNCOUNTED}"},
)
#: To rsync 3 the job adds -A and -X itself, where `rsync --version` says that they were built in.
CLONE = Use(
    needed=("-rlptgoDHS", "--numeric-ids", "--update", "--delete-after"),
    welcome=("-E", "--no-h", "--stats", "--info=progress2"),
    losses={},
)
#: Of a volume that other systems write, too.
CLONE_SHARED = Use(
    needed=("-rltHS", "--update", "--delete-after"),
    welcome=(WINDOW, "--no-h", "--stats", "--info=progress2"),
    losses={OPENRSYNC: f"the tolerance of times that other systems write; {_BETTER}"},
)

#: Restore points and mirrors on one machine: without the list of what was moved, the brake could not judge it.
COPY = Use(
    needed=("-rlptgoDHS", "--numeric-ids", "--no-s", "--no-h", "--stats", "--info=progress2"), welcome=(), losses={}
)


def options(use: Use, flavour: str) -> tuple[str, ...]:
    """What a job of this use gives to this flavour; nothing where one that it needs is lacking."""
    if lacking(use, flavour):
        return ()
    return tuple(option for option in (*use.needed, *use.welcome) if flavour in TABLE[option])


def lacking(use: Use, flavour: str) -> tuple[str, ...]:
    """Options without which the job cannot run."""
    return tuple(option for option in use.needed if flavour not in TABLE[option])


def flavour_of(version: str, wrapped: bool) -> str | None:
    """Which one this is, by the first line of --version; `wrapped`: samba's stands beside openrsync. None: unknown."""
    first = version.split("\n", 1)[0]
    if first.startswith("openrsync: protocol version "):
        return APPLE_WRAPPER if wrapped else OPENRSYNC
    if re.match(r"rsync  version 2\.6\.9 ", first):
        return APPLE_2_6_9
    return RSYNC_3 if re.match(r"rsync  version v?[3-9]\.", first) else None
