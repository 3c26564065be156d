"""What a label on a disk tells of a pool that is not imported: `zdb -l`, which reads and imports nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio_backup.resources.zfs_status import Leaf, Pool, Scan

_DESTROYED = "2"


@dataclass(frozen=True)
class Label:
    """One disk's label: of which pool, who used it last, and the disks of the group that it is in.

    `txg` is "0" until the pool was whole for the first time: what a `zpool create` leaves that was cut off.
    """

    device: str
    pool: str
    pool_guid: str
    guid: str
    txg: str
    state: str  # 0 in use, 1 exported, 2 destroyed
    hostid: int
    hostname: str
    group: str
    ashift: str
    children: tuple[tuple[str, str], ...]  # guid, path

    @property
    def alive(self) -> bool:
        """Whether there ever was such a pool, and still is."""
        return self.state != _DESTROYED and self.txg != "0"


def label(device: str, lines: Sequence[str]) -> Label | None:
    """None where there is none after all: what a program saw is a rest of one."""
    text = "\n".join(lines)
    top = {key: value.strip("'") for key, value in re.findall(r"(?m)^    (\w+): (.*)$", text)}
    if not {"name", "state", "pool_guid", "guid"} <= {*top}:
        return None
    tree = {key: value.strip("'") for key, value in re.findall(r"(?m)^        (\w+): (.*)$", text)}
    children = [
        {key: value.strip("'") for key, value in re.findall(r"(?m)^            (\w+): (.*)$", part)}
        for part in re.split(r"(?m)^        children\[\d+\]:$", text)[1:]
    ] or [tree]
    group = tree.get("type", "")
    if group == "raidz":
        group += tree.get("nparity", "1")
    return Label(
        device=device,
        pool=top["name"],
        pool_guid=top["pool_guid"],
        guid=top["guid"],
        txg=top.get("txg", ""),
        state=top["state"],
        hostid=int(top.get("hostid", "0")),
        hostname=top.get("hostname", ""),
        group=f"{group}-0" if group not in ("disk", "file") else "",
        ashift=tree.get("ashift", ""),
        children=tuple((child.get("guid", ""), child.get("path", "")) for child in children),
    )


def pool_of(labels: Sequence[Label]) -> Pool:
    """The pool that these labels are of, as it would be: disks whose label was not found are not there."""
    here = {one.guid for one in labels}
    tops = {one.children: one.group for one in labels}
    leaves = tuple(
        Leaf(path.rpartition("/")[2], path, guid, "ONLINE" if guid in here else "UNAVAIL", ("0", "0", "0"))
        for children in tops
        for guid, path in children
    )
    return Pool(labels[0].pool, "exported", tuple(dict.fromkeys(tops.values())), leaves, Scan(), "none")
