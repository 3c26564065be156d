"""Scrubbing btrfs: a program of ours that reads everything, and mends what a second copy can mend."""

from __future__ import annotations

import shlex

from studio_backup.resources.btrfs_listing import BTRFS


def program(uuid: str) -> str:
    """sh that scrubs the file system of that UUID where it is mounted; it fails where errors stay."""
    return f"""#!/bin/sh
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
{BTRFS}
find_btrfs {shlex.quote(uuid)}
[ -n "$btrfs_path" ] || {{ printf '%s is not mounted\\n' {shlex.quote(uuid)} >&2; exit 1; }}
busy=$(cat "/sys/fs/btrfs/"{shlex.quote(uuid)}/exclusive_operation 2>/dev/null) || busy=none
case $busy in 'device replace') printf 'busy: %s\\n' "$busy"; exit 0 ;; esac
code=0
said=$(LC_ALL=C btrfs scrub start -B "$btrfs_path" 2>&1) || code=$?
case $code$said in 1*'already running'*) printf 'busy: scrub\\n'; exit 0 ;; esac
printf '%s\\n' "$said"
exit "$code"
"""
