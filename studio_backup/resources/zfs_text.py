"""`zpool status` in words, as OpenZFS before 2.3 and zfs-fuse print it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from studio_backup.resource import Unparsable
from studio_backup.resources.zfs_status import NOT_TOLD, Leaf, Pool, Scan, damage_of

_DAY = r"\w{3} (\w{3} +\d+ \d\d:\d\d:\d\d \d{4})"
_GROUP = re.compile(r"(mirror|raidz[123]?|draid\S*|replacing|spare)-\d+")
#: What a pool has besides its data.
_BESIDE = ("logs", "cache", "spares", "special", "dedup")


def from_text(lines: Sequence[str], epoch: int, clock: str) -> dict[str, Pool]:
    """Read what is said of every pool. `epoch` and `clock` are one moment: the machine's seconds and its wall clock."""
    text = "\n".join([*lines, ""])
    if text.strip() == "no pools available":
        return {}
    ahead = datetime.fromisoformat(clock)
    parts = [part for part in re.split(r"(?m)^(?= +pool: )", text) if part.strip()]
    return {pool.name: pool for pool in (_pool(part, epoch, ahead) for part in parts)}


def _pool(part: str, epoch: int, clock: datetime) -> Pool:
    head = dict(re.findall(r"(?m)^ *(pool|state|scan|scrub|errors): ((?:.*)(?:\n\t.+)*)", part))
    config = re.search(r"(?m)^config:\n\n\tNAME +STATE +READ WRITE CKSUM\n((?:\t.*\n)*)", part)
    # One of which too many disks are away says nothing of its data.
    away = head.get("state", "").strip() in ("UNAVAIL", "FAULTED")
    if config is None or not {"pool", "state", *(() if away else ("errors",))} <= {*head}:
        raise Unparsable("zpool status says what is not known")
    groups, leaves = _config(head["pool"], config[1].splitlines())
    return Pool(
        name=head["pool"],
        state=head["state"].strip(),
        groups=groups,
        leaves=leaves,
        scan=_scan(head.get("scan") or head.get("scrub") or "none requested", epoch, clock),
        damage=_damage(head["errors"]) if "errors" in head else NOT_TOLD,
    )


def _config(pool: str, lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[Leaf, ...]]:
    """Groups and disks of the data; what stands under logs, cache and the like is none of it."""
    groups: dict[str, None] = {}
    leaves: list[Leaf] = []
    around, count, data = "", 0, True
    for line in lines:
        found = re.fullmatch(r"\t( *)(\S+)(?: +([A-Z]+))?(?: +(\S+) +(\S+) +(\S+))?(?: +(.*))?", line)
        if found is None:
            raise Unparsable(f"zpool status says what is not known: {line.strip()[:80]}")
        depth, name = len(found[1]) // 2, found[2]
        if depth == 0:
            data = name == pool
            if not data and name not in _BESIDE:
                raise Unparsable(f"zpool status says what is not known: {name}")
            continue
        if not data:
            continue
        if _GROUP.fullmatch(name):
            around, count = (name, 0) if name.startswith(("replacing", "spare")) else ("", 0)
            if depth == 1:
                groups["" if around else name] = None
            inside = depth
            continue
        if depth == 1:
            groups[""], around = None, ""
        elif around and depth <= inside:
            around = ""
        if found[3] is None:
            raise Unparsable(f"zpool status says what is not known: {line.strip()[:80]}")
        was = re.search(r"was (/\S+)", found[7] or "")
        path = was[1] if was else name if name.startswith("/") else ""
        errors = (found[4] or "0", found[5] or "0", found[6] or "0")
        leaves.append(Leaf(name, path or f"/dev/{name}", "", found[3], errors, around, count == 0))
        count += 1
    return tuple(groups), tuple(leaves)


def _scan(text: str, epoch: int, clock: datetime) -> Scan:
    if text.startswith("none requested"):
        return Scan()
    kind = "resilver" if text.startswith("resilver") else "scrub"
    if "in progress" in text or " paused " in text:
        far = re.search(r"([0-9.]+)% done", text)
        return Scan(kind, "scanning", percent=int(float(far[1])) if far else 0)
    day = re.search(rf" on {_DAY}", text)
    if day is None or not text.startswith(("scrub", "resilver")):
        raise Unparsable(f"zpool status says of its scan what is not known: {text.splitlines()[0][:80]}")
    ended = datetime.strptime(" ".join(day[1].split()), "%b %d %H:%M:%S %Y")
    state = "canceled" if "canceled" in text or "stopped" in text else "finished"
    return Scan(kind, state, ended=epoch - int((clock - ended).total_seconds()))


def _damage(text: str) -> str:
    if text.startswith("No known data errors"):
        return "none"
    number = re.match(r"(\d+) data errors", text)
    return damage_of(int(number[1])) if number else "some data errors"
