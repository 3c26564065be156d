"""Disks of one array that differ in size: as much of each is used as the smallest one has."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio_backup.resources.device import told_size

#: Hundredths that a disk may be smaller than the largest; mdadm itself asks at the same difference.
_DIFFERENCE = 1
_SIZE = re.compile(r"size\t([1-9][0-9]*)\n")


def uneven(contents: Mapping[str, str]) -> tuple[str, str] | None:
    """(reason, fix) where what was seen on the members (name -> content) shows one that is smaller than the others."""
    sizes = {member: int(found[1]) for member, content in contents.items() if (found := _SIZE.match(content))}
    if not sizes or min(sizes.values()) * 100 >= max(sizes.values()) * (100 - _DIFFERENCE):
        return None
    small, large = (choose(sizes, key=lambda member: sizes[member]) for choose in (min, max))
    reason = f"{small} has {told_size(sizes[small])}, and {large} {told_size(sizes[large])}: no disk would hold more"
    return reason, "take disks of one size, or write uneven: yes beside the array in the play"


def too_small(sizes: Mapping[str, int], least: int) -> list[str]:
    """In words, the disks (name -> bytes, 0: not known) that hold less than each disk of an array must."""
    return [
        f"{member} is too small: {told_size(size)} of {told_size(least)}"
        for member, size in sizes.items()
        if 0 < size < least
    ]
