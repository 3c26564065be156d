"""What is to be said of a pool: what zpool tells of an imported one, else what the labels on its disks do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studio_backup.resources.device import known_by
from studio_backup.resources.zfs_label import Label
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
