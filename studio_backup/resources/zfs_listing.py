"""Every imported pool of a machine, and what labels on the asked-for disks tell of pools that are not imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio_backup.probe import Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable, whole
from studio_backup.resources.device import CONTENT
from studio_backup.resources.zfs_label import Label, label
from studio_backup.resources.zfs_status import Pool, from_json
from studio_backup.resources.zfs_text import from_text

SCRIPT = "\n".join((CONTENT, shipped("disk.sh"), shipped("zfs.sh"), 'list_pools "$@"'))


@dataclass(frozen=True)
class Row:
    """What `zpool list` and `zfs get` say of a pool: per cent full, ashift ("" unknown), seconds of the epoch."""

    guid: str
    health: str
    capacity: int
    ashift: str
    created: int


@dataclass(frozen=True)
class Listing:
    """Pools and rows by name; disks by designator: kernel name, "" for no disk, "?" for none that anything can tell."""

    now: int
    hostid: int
    pools: Mapping[str, Pool]
    rows: Mapping[str, Row | None]  # None: of one that cannot be opened nothing is told
    disks: Mapping[str, str]
    dark: frozenset[str]  # kernel names of disks of which no label is read, since they sleep
    labels: tuple[Label, ...]
    paths: Mapping[str, str]  # a name in /dev/disk -> kernel name
    parts: Mapping[str, str]  # kernel name of a partition -> that of its disk

    def disk_at(self, path: str) -> str:
        """The kernel name of the whole disk that a path in /dev leads to now; "" where it leads to none."""
        device = self.paths.get(path) or (path.removeprefix("/dev/") if path.startswith("/dev/") else "")
        return "" if "/" in device else self.parts.get(device, device)


@lru_cache(maxsize=64)
def listing(reply: Reply) -> Listing:
    """Read what SCRIPT prints; raises Unparsable unless it is whole."""
    facts: dict[str, list[list[str]]] = {}
    paths: dict[str, str] = {}
    labelled: list[tuple[str, list[str]]] = []
    folder = ""
    for line in whole(reply).splitlines():
        word, *rest = line.split("\t")
        if word == "links":
            folder = rest[0]
        elif word == "link":
            paths[f"{folder}/{rest[0]}"] = rest[1].rpartition("/")[2]
        elif word == "label":
            labelled.append((rest[0], []))
        elif not word and labelled:
            labelled[-1][1].append("\t".join(rest))
        else:
            facts.setdefault(word, []).append(rest)
    if not {"now", "host"} <= {*facts}:
        raise Unparsable("nothing tells the hour or the host")
    epoch, clock = int(facts["now"][0][0]), facts["now"][0][1]
    if "json" in facts:
        pools = from_json(facts["json"][0][0])
    else:
        pools = from_text(["\t".join(rest) for rest in facts.get("text", [])], epoch, clock)
    created = {name: int(at) for name, at in facts.get("created", []) if at.isdigit()}
    rows = {name: _row(told, created.get(name)) for name, *told in facts.get("pool", [])}
    if {*rows} != {*pools}:
        raise Unparsable("two commands of zpool tell of different pools")
    return Listing(
        now=epoch,
        hostid=int(facts["host"][0][0], 16),
        pools=pools,
        rows=rows,
        disks={rest[0]: rest[1] for rest in facts.get("disk", [])},
        dark=frozenset(rest[0] for rest in facts.get("dark", [])),
        labels=tuple(found for device, lines in labelled if (found := label(device, lines))),
        paths=paths,
        parts={rest[0]: rest[1] for rest in facts.get("part", [])},
    )


def _row(told: list[str], created: int | None) -> Row | None:
    guid, health, capacity, ashift = told
    if created is None or not guid.isdigit() or not capacity.rstrip("%").isdigit():
        return None
    return Row(guid, health, int(capacity.rstrip("%")), ashift if ashift not in ("0", "-") else "", created)
