"""One imported pool as `zpool status` tells of it, in whichever form: its disks, its scan, its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio_backup.resource import Unparsable

#: Kinds of vdevs that are no disks of their own, and stand around two of them for a while.
_AROUND = ("replacing", "spare")
#: What JSON calls otherwise than the text does.
_STATES = {"CANT_OPEN": "UNAVAIL"}
#: Of the data of a pool that has lost too many disks.
NOT_TOLD = "not told"
#: What is no longer there after a disk was taken out of a stripe.
_GONE = ("indirect", "hole", "missing")


@dataclass(frozen=True)
class Leaf:
    """One disk of a pool. `guid` is "" where only text tells; `around`: the `replacing-0` it stands in."""

    name: str
    path: str
    guid: str
    state: str
    errors: tuple[str, str, str]  # read, write, checksum
    around: str = ""
    first: bool = True  # of those inside `around`: the disk that was there before

    @property
    def reference(self) -> str:
        """What zpool takes for it."""
        return self.guid or self.name

    @property
    def leaving(self) -> bool:
        """Whether another disk is being filled in its place, or stands in for another one."""
        return bool(self.around) and self.first == self.around.startswith("replacing")


@dataclass(frozen=True)
class Scan:
    """The last scrub or resilver. `ended`: epoch seconds; `percent`: how far one under way is."""

    kind: str = "none"  # none | scrub | resilver
    state: str = "none"  # none | scanning | finished | canceled
    ended: int = 0
    percent: int = 0


@dataclass(frozen=True)
class Pool:
    """A pool: its data disks by the vdevs at its top (`mirror-0`, `raidz1-0`, or "" for disks alone)."""

    name: str
    state: str
    groups: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    scan: Scan
    damage: str  # none, or how many errors in data nothing could mend

    @property
    def level(self) -> str:
        """In the inventory's word where the pool is one group."""
        levels = [group.rpartition("-")[0] for group in self.groups]
        return " + ".join(levels) if any(levels) else "stripe"


def from_json(text: str) -> dict[str, Pool]:
    """Read `zpool status -j --json-int`; raises Unparsable when it is not as OpenZFS 2.3 writes it."""
    try:
        told = json.loads(text)
        version = told["output_version"]
        if (version["command"], version["vers_major"]) != ("zpool status", 0):
            raise Unparsable(f"zpool speaks another JSON than the one that is known: {version}")
        return {name: _pool(name, pool) for name, pool in told["pools"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unparsable(f"the JSON of zpool status is not as known: {error!r}") from error


def _pool(name: str, told: Mapping[str, Any]) -> Pool:
    (root,) = told["vdevs"].values()
    tops = {top: vdev for top, vdev in root["vdevs"].items() if vdev["vdev_type"] not in _GONE}
    leaves = tuple(leaf for top, vdev in tops.items() for leaf in _leaves(top, vdev))
    groups = (top if vdev["vdev_type"] in ("mirror", "raidz", "draid") else "" for top, vdev in tops.items())
    return Pool(
        name=name,
        state=told["state"],
        groups=tuple(dict.fromkeys(groups)),
        leaves=leaves,
        scan=_scan(told.get("scan_stats") or {}),
        damage=damage_of(int(told["error_count"])) if "error_count" in told else NOT_TOLD,
    )


def _leaves(name: str, vdev: Mapping[str, Any], around: str = "", first: bool = True) -> Iterator[Leaf]:
    inner = vdev.get("vdevs")
    if inner:
        around = name if name.startswith(_AROUND) else ""
        for at, (below, one) in enumerate(inner.items()):
            yield from _leaves(below, one, around, at == 0)
        return
    counts = tuple(str(vdev.get(f"{kind}_errors", 0)) for kind in ("read", "write", "checksum"))
    yield Leaf(
        name=name,
        path=str(vdev.get("path") or vdev.get("was") or ""),
        guid=str(vdev["guid"]),
        state=_STATES.get(vdev["state"], vdev["state"]),
        errors=(counts[0], counts[1], counts[2]),
        around=around,
        first=first,
    )


def _scan(told: Mapping[str, Any]) -> Scan:
    if not told or told["state"] == "NONE":
        return Scan()
    whole, done = int(told.get("to_examine") or 0), int(told.get("issued") or 0)
    return Scan(
        kind=told["function"].lower(),
        state=told["state"].lower(),
        ended=int(told.get("end_time") or 0),
        percent=min(100 * done // whole, 100) if whole else 0,
    )


def damage_of(count: int) -> str:
    """In words."""
    return f"{count} data error{'s' if count > 1 else ''}" if count else "none"
