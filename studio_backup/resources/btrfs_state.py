"""How a btrfs is, in words: what is wrong with its disks, which errors they counted, its last scrub, its room."""

from __future__ import annotations

from studio_backup.resources.btrfs_seen import Sight
from studio_backup.resources.btrfs_tools import Scrub, counters, created

#: Per cent that must be free.
_ROOM = 5
_DAY = 86_400
#: Options of a play -> days after which a scrub is late: one may be missed.
LIMITS = {"weekly": 15, "monthly": 65}


def faults_of(sight: Sight) -> str:
    """What is wrong with its disks, and what hides behind that."""
    unplugged, lacking = sight.unplugged, len(sight.missing) - sight.filling
    said = [f"{member} is missing" for member in unplugged]
    said += [f"disk number {devid} is missing" for devid in sight.missing if devid][: max(lacking - len(unplugged), 0)]
    for carrier in sight.returned:
        if sight.displaced(sight.known_as(carrier.device)):
            continue
        since = f" at commit {carrier.commit}" if carrier.commit is not None else ""
        since += f" of {sight.newest}" if since and not sight.mounted else ""
        said.append(f"{sight.known_as(carrier.device)} came back and was left behind{since}")
    said += [f"{member} lies beside it: another disk is mounted in its place"
             for member in sight.devices if sight.displaced(member)]  # fmt: skip
    said += [f"nobody knows whether {sight.known_as(device)} carries a leg of it" for device in sight.unknown]
    if sight.mixed and not sight.settled:
        said.append(f"{sight.mixed}, to be mended once it is whole")
    return ", ".join(said) or "none"


def errors_of(sight: Sight) -> str:
    """What `btrfs device stats` has counted since it was last set to zero."""
    if not sight.mounted:
        return "none"
    counted = counters(sight.found.tools.get("stats", []))
    said = [
        f"{sight.called_at(path)}: {', '.join(f'{number} {kind}' for kind, number in kinds.items())}"
        for path, kinds in counted.items()
        if kinds
    ]
    return "; ".join(said) or "none"


def scrub_of(sight: Sight, every: str) -> str:
    """`clean`, what the last one found, or that it is due: `every` is weekly, monthly or nothing."""
    last = sight.scrub
    if last is None or last.status == "running":
        return "clean"
    found = _found(last)
    if found:
        return found
    made = created(sight.found.tools.get("root", []))
    since = last.started if last.started is not None and last.status == "finished" else made
    if every not in LIMITS or since is None:
        return "clean"
    days = (sight.found.now - since) // _DAY
    if days <= LIMITS[every]:
        return "clean"
    return f"last one {days} days ago" if last.status == "finished" else f"none in {days} days"


def _found(last: Scrub) -> str:
    said = [f"{last.uncorrectable} errors that could not be corrected"] if last.uncorrectable else []
    said += [f"{last.corrected} errors corrected"] if last.corrected else []
    said += [f"{last.others} errors of superblocks or reads"] if last.others else []
    if said and last.status != "finished":
        said.append(last.status)
    return ", ".join(said)


def room_of(sight: Sight) -> str:
    """In words, once little is left; with what would help where one disk is nearly empty."""
    if sight.found.room is None or sight.found.room[0] >= _ROOM:
        return "enough"
    percent, megabytes = sight.found.room
    empty = [leg for leg in sight.legs if leg.path and leg.used * 4 < leg.size]
    full = [leg for leg in sight.legs if leg.path and leg.used * 10 > leg.size * 9]
    helped = f"; {sight.called_at(empty[0].path)} is nearly empty: a balance spreads the data" if empty and full else ""
    return f"{percent} % ({megabytes} MB) free{helped}"
