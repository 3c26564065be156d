"""Scrubbing a ZFS pool: a program of ours that begins one; what it mends shows as errors of the pool."""

from __future__ import annotations

import shlex


def program(pool: str) -> str:
    """sh that begins a scrub, unless the pool is being scrubbed or resilvered already."""
    return f"""#!/bin/sh
set -eu
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
pool={shlex.quote(pool)}
state=$(zpool status "$pool")
case $state in
  *'in progress'*) printf 'busy: %s\\n' "$pool" ;;
  *) zpool scrub "$pool" ;;
esac
"""
