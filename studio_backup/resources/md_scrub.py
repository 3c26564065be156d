"""Scrubbing an md array: a program of ours that begins a check, and the systemd units that start it by the calendar.

What a check finds shows as `mismatches` of the array; nothing is mended by it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from studio_backup.programs import shipped

#: Options of a play -> systemd's calendar; half the week between it and what Debian's own cron line does.
CALENDAR = {"weekly": "Wed *-*-* 01:00:00", "monthly": "Wed *-*-1..7 01:00:00"}


def program(designators: Sequence[str]) -> str:
    """sh that finds the array by any of its disks, whatever its UUID, and begins a check unless it is busy."""
    return f"""#!/bin/sh
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
{shipped("device.sh")}
for designator in {shlex.join(designators)}; do
  find_device "$designator" || continue
  [ -n "$device" ] || continue
  disk=/sys/class/block/${{device##*/}}
  for holder in "$disk"/holders/md* "$disk/${{device##*/}}"*/holders/md*; do
    [ -w "$holder/md/sync_action" ] || continue
    read -r action <"$holder/md/sync_action"
    if [ "$action" = idle ]; then echo check >"$holder/md/sync_action"; else printf 'busy: %s\\n' "$action"; fi
    exit 0
  done
done
printf 'none of its disks is in a running array\\n' >&2
exit 1
"""


def service(array: str, path: str) -> str:
    """The unit that runs the program which stands at `path`."""
    return f"""[Unit]
Description=Begin a check of the array {array}

[Service]
Type=oneshot
ExecStart={path}
"""


def timer(array: str, every: str) -> str:
    """The unit that starts the service of the same name; one that was missed is made up for."""
    return f"""[Unit]
Description=Check the array {array}

[Timer]
OnCalendar={CALENDAR[every]}
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
"""
