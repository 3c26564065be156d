"""Which of a machine's pools is the one that is meant, and what is to be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studio_backup.resource import Unparsable
from studio_backup.resources.device import known_by
from studio_backup.resources.zfs_label import Label, pool_of
from studio_backup.resources.zfs_listing import Listing, Row
from studio_backup.resources.zfs_status import Leaf, Pool

_BY_ID = "/dev/disk/by-id/"
#: States in which a disk holds data that count.
_WORKS = ("ONLINE", "DEGRADED")
#: States of a disk that is not there.
_STATES = {"UNAVAIL": "missing", "REMOVED": "missing"}
#: Per cent above which a pool is slow to write and hard to mend.
FULL = 80


@dataclass(frozen=True)
class Sight:
    """One pool: an imported one, or (`row` is None) what labels tell. `devices`: member -> kernel name, "" for none."""

    listing: Listing
    pool: Pool
    row: Row | None
    labels: tuple[Label, ...]
    devices: Mapping[str, str]
    designators: Mapping[str, str]

    @property
    def guid(self) -> str:
        """As zpool prints it."""
        return self.row.guid if self.row else self.labels[0].pool_guid

    @property
    def ashift(self) -> str:
        """Of the property, else of a disk's label; "" where nothing tells."""
        if self.row and self.row.ashift:
            return self.row.ashift
        return next((one.ashift for one in self.labels if one.pool_guid == self.guid and one.ashift), "")

    @property
    def owner(self) -> str:
        """`this machine`, or which other one has the pool and never let it go."""
        other = next((one for one in self.labels if one.state == "0" and one.hostid != self.listing.hostid), None)
        if self.row or other is None:
            return "this machine"
        return f"{other.hostname or 'another machine'}, which has not exported it"

    @cached_property
    def _placed(self) -> dict[str, Leaf]:
        """Member -> the place in the pool that is its own."""
        found: dict[str, Leaf] = {}
        for leaf in self.pool.leaves:
            member = self._member(leaf)
            if member and not (member in found and leaf.leaving) and not self._wiped(member, leaf):
                found[member] = leaf
        return found

    def _wiped(self, member: str, leaf: Leaf) -> bool:
        """Whether the disk is there, and the pool's label on it is not: it is as new to the pool as any other."""
        labels = [one for one in self.labels if one.pool_guid == self.guid and leaf.guid in ("", one.guid)]
        device = self.devices.get(member)
        return bool(leaf.state == "UNAVAIL" and device) and not any(
            self.listing.parts.get(one.device, one.device) == device for one in labels
        )

    @property
    def inside(self) -> frozenset[str]:
        """Members that have a place in it."""
        return frozenset(self._placed)

    def _member(self, leaf: Leaf) -> str:
        """By what the path leads to, while the disk is in use; by its very name in by-id at all times.

        Of a pool that is not imported by the label: its disks may have other names by now.
        """
        if self.row is None:
            held = next((one.device for one in self.labels if one.guid == leaf.guid), "")
            disk = self.listing.parts.get(held, held)
            if disk:
                return next((member for member, name in self.devices.items() if name == disk), "")
        for member, designator in self.designators.items():
            name = _BY_ID + designator.removeprefix("id:")
            if designator.startswith("id:") and (leaf.path == name or leaf.path.rpartition("-part")[0] == name):
                return member
        device = self.listing.disk_at(leaf.path) if self._open(leaf) else ""
        return next((member for member, name in self.devices.items() if name and name == device), "")

    def _open(self, leaf: Leaf) -> bool:
        """Whether the path surely still leads to this disk: without that, another one may have its name."""
        return leaf.state in (*_WORKS, "FAULTED") if self.row else leaf.state == "ONLINE"

    def members(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Its disks: members of the spec by name; then others that work."""
        placed = {member for member, leaf in self._placed.items() if not leaf.leaving}
        mine = {leaf.reference for leaf in self._placed.values()}
        others = [leaf for leaf in self.pool.leaves if leaf.reference not in mine and not leaf.leaving]
        strangers = sorted(self.known_by(leaf) for leaf in others if leaf.state in _WORKS)
        return (*(member for member in wanted if member in placed), *strangers)

    def known_by(self, leaf: Leaf) -> str:
        """The name in by-id by which a person knows a disk."""
        disk = self.listing.disk_at(leaf.path) if self._open(leaf) else ""
        links = self.listing.paths.items()
        names = [path.removeprefix(_BY_ID) for path, device in links if device == disk and path.startswith(_BY_ID)]
        return known_by(leaf.path.rpartition("/")[2].rpartition("-part")[0] or leaf.name, names)

    def replaceable(self, wanted: tuple[str, ...]) -> list[Leaf]:
        """Places of no member, in the order in which disks go into them: what has failed first."""
        mine = {self._placed[member].reference for member in wanted if member in self._placed}
        free = [leaf for leaf in self.pool.leaves if leaf.reference not in mine and not leaf.leaving]
        return sorted(free, key=lambda leaf: leaf.state in _WORKS)

    @property
    def returned(self) -> tuple[tuple[str, Leaf], ...]:
        """Members that are plugged in with their label, and of which the pool makes no use."""
        here = {one.guid for one in self.labels if one.pool_guid == self.guid}
        placed = self._placed.items() if self.row else ()
        away = [(member, leaf) for member, leaf in placed if leaf.state in _STATES]
        return tuple((member, leaf) for member, leaf in away if leaf.guid in here)

    @property
    def faults(self) -> str:
        """What is wrong with its disks."""
        back = {member for member, _ in self.returned}
        placed = sorted(self._placed.items()) if self.row else []
        bad = [(member, leaf.state) for member, leaf in placed if leaf.state != "ONLINE" and member not in back]
        return ", ".join(f"{member} is {_STATES.get(state, state.lower())}" for member, state in bad) or "none"

    @property
    def errors(self) -> str:
        """Errors since the counters were cleared last."""
        called = {leaf.reference: member for member, leaf in self._placed.items()}
        kinds = ("read", "write", "checksum")
        said = []
        for leaf in self.pool.leaves:
            counts = [f"{count} {kind}" for count, kind in zip(leaf.errors, kinds, strict=True) if count != "0"]
            said += [f"{called.get(leaf.reference) or self.known_by(leaf)}: {', '.join(counts)}"] if counts else []
        return "; ".join(sorted(said)) or "none"

    @property
    def state(self) -> str:
        """In ZFS's word, small; `exported` for one that is not imported."""
        return self.row.health.lower() if self.row else "exported"

    @property
    def action(self) -> str:
        """What it is busy with."""
        scan = self.pool.scan
        if scan.state != "scanning":
            return "idle"
        return f"{'resilvering' if scan.kind == 'resilver' else 'scrubbing'} {scan.percent} %"

    @property
    def room(self) -> str:
        """In words, once it is so full that it grows slow."""
        return f"{self.row.capacity} % full" if self.row and self.row.capacity >= FULL else f"under {FULL} %"

    def scrubbed(self, days: int) -> str:
        """`in time`, or how long ago all of it was read last. A resilver overwrites what is known of a scrub, so that
        its end counts; a pool that never was scrubbed is as old as it is."""
        scan = self.pool.scan
        if self.row is None or scan.state == "scanning":
            return "in time"
        ended = scan.ended if scan.state == "finished" else self.row.created
        age = max(self.listing.now - ended, 0) // 86400
        if age <= days:
            return "in time"
        return {"finished": f"{age} days ago", "canceled": "not to its end"}.get(scan.state, f"never in {age} days")


def by_name(listing: Listing, name: str) -> Sight | None:
    """The imported pool of that name: all that is known of one that the spec no longer has."""
    pool = listing.pools.get(name)
    return Sight(listing, pool, _told(listing, pool), listing.labels, {}, {}) if pool else None


def _told(listing: Listing, pool: Pool) -> Row:
    row = listing.rows[pool.name]
    if row is None:
        raise Unparsable(f"the pool {pool.name} cannot be opened: it is {pool.state}")
    return row


def sighted(listing: Listing, designators: Mapping[str, str], name: str) -> Sight | None:
    """The imported pool that most of the members are in, else the one of that name, else what their labels say of it.

    Raises Unparsable where two pools are it, or nothing tells which disk a member is.
    """
    devices = {member: listing.disks.get(designator, "?") for member, designator in designators.items()}
    lost = [f"{member} ({designators[member]})" for member, device in devices.items() if device == "?"]
    if lost:
        raise Unparsable(f"nothing tells which device this is: {', '.join(lost)}")
    dark = [member for member, device in devices.items() if device in listing.dark]
    if dark:
        raise Unparsable(f"what it carries is not read, since it sleeps: {', '.join(dark)}")
    imported = [
        Sight(listing, pool, listing.rows[pool.name], listing.labels, devices, designators)
        for pool in listing.pools.values()
    ]
    imported.sort(key=lambda sight: -len(sight.inside))
    first, second = [*(len(sight.inside) for sight in imported[:2]), 0, 0][:2]
    if first and first == second:
        raise Unparsable(f"its members are in two pools, {imported[0].pool.name} and {imported[1].pool.name}")
    chosen = imported[0] if first else next((sight for sight in imported if sight.pool.name == name), None)
    if chosen:
        _told(listing, chosen.pool)
        return chosen
    return _labelled(listing, devices, designators, name)


def _labelled(listing: Listing, devices: Mapping[str, str], designators: Mapping[str, str], name: str) -> Sight | None:
    held = {device for device in devices.values() if device}
    labels = [one for one in listing.labels if one.alive and one.pool == name
              and listing.parts.get(one.device, one.device) in held]  # fmt: skip
    guids = Counter(one.pool_guid for one in labels).most_common(2)
    if not guids:
        return None
    if len(guids) > 1:
        raise Unparsable(f"its members carry labels of two pools that are called {name}")
    return Sight(listing, pool_of(labels), None, tuple(labels), devices, designators)
