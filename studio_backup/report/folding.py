"""What a first plan makes by the dozen in our own folders, told as one line a kind; everything else stands alone."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Collection, Iterable, Mapping

from studio_backup.diff import Change
from studio_backup.paths import top_of

#: Fewer than this are shown one by one.
ENOUGH = 4


def folded(changes: Iterable[Change], waves: Mapping[str, int], needed: Collection[str]) -> list[list[Change]]:
    """The changes in their order, as blocks: more than one change in a block may be shown as a count.

    Only what is made new below our own folders is ever counted, and never what carries a word of its own: a reason, a
    later wave, `needed`.
    """
    blocks: list[list[Change]] = []
    open_blocks: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        root = _root(change)
        if not root or change.reason or change.address in needed or waves.get(change.address, 1) > 1:
            blocks.append([change])
            continue
        key = (change.resource.kind, root)
        if key not in open_blocks:
            open_blocks[key] = []
            blocks.append(open_blocks[key])
        open_blocks[key].append(change)
    return [part for block in blocks for part in ([block] if len(block) >= ENOUGH else [[one] for one in block])]


def _root(change: Change) -> str:
    """Our own folder that a new thing stands in, "" for everything else."""
    if change.verb != "create" or change.kept:
        return ""
    return top_of(change.resource.name)


def where(changes: Iterable[Change]) -> str:
    """The folder that all of them stand in, or are."""
    names = [change.resource.name for change in changes]
    return ntpath.commonpath(names) if "\\" in names[0] else posixpath.commonpath(names)


def width(changes: Iterable[Change], least: int) -> int:
    """How wide the column of their kinds is: what is longer than most must not move the names beside it."""
    return max([least, *(len(change.resource.kind) for change in changes)])
