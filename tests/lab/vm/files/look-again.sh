#!/bin/sh
# Drops what the machine remembers of its disks, given as arguments, and proves that they are blank.
set -eu
blockdev --flushbufs --rereadpt "$@"
udevadm trigger --action=change --settle "$@"
found=$(wipefs --noheadings "$@")
other=$(head --quiet --bytes=65536 "$@" | tr -d '\0' | wc --bytes)
if [ -n "$found" ] || [ "$other" != 0 ]; then
    echo "not blank: $found ($other bytes at the beginnings)" >&2
    exit 1
fi
