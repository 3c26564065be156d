"""Stand-ins for the rsyncs of macOS: they say who they are, refuse what those lack, and do the rest as rsync 3."""

from __future__ import annotations

import os
from pathlib import Path

from studio_backup.flavours import APPLE_2_6_9, APPLE_WRAPPER, OPENRSYNC, TABLE

VERSIONS = {
    APPLE_2_6_9: "rsync  version 2.6.9  protocol version 29",
    APPLE_WRAPPER: "openrsync: protocol version 29",
    OPENRSYNC: "openrsync: protocol version 29\nrsync version 2.6.9 compatible",
}
#: Long options that each of the three takes, as the tables of Apple's sources have them.
_TAKEN = (
    *("rsync-path", "exclude", "exclude-from", "bwlimit", "timeout", "delete", "delete-after", "delete-excluded"),
    *("numeric-ids", "update", "version", "modify-window"),
)


def stand_in(folder: Path, flavour: str) -> str:
    """Make the program; gives the PATH that finds it first."""
    known = "|".join(f"--{name}|--{name}=*" for name in _TAKEN)
    lacking = "".join(
        f" {option.replace('SECONDS', '93602')}" for option, having in TABLE.items() if flavour not in having
    )
    text = f"""#!/bin/sh
case $1 in --version) printf '%s\\n' '{VERSIONS[flavour]}'; exit 0 ;; esac
for word do
  shift
  case " {lacking} " in *" $word "*) echo "rsync: unrecognized option \\`$word'" >&2; exit 1 ;; esac
  case $word in
    {known}) ;;
    --*) echo "rsync: unrecognized option \\`$word'" >&2; exit 1 ;;
    -E) continue ;;
  esac
  set -- "$@" "$word"
done
exec /usr/bin/rsync --no-s "$@"
"""
    folder.mkdir(exist_ok=True)
    (folder / "rsync").write_text(text)
    (folder / "rsync").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"
