"""Which of a machine's pools is the one that is meant: by what its members are in, else by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from studio_backup.resource import Unparsable
from studio_backup.resources.device import check_told
from studio_backup.resources.zfs_label import pool_of
from studio_backup.resources.zfs_listing import Listing, Row
from studio_backup.resources.zfs_seen import Sight
from studio_backup.resources.zfs_status import Pool


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
    check_told(designators, devices)
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
