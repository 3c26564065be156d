"""ZFS pools: disks joined by ZFS, known by the disks that are in them; made only of disks that were named or blank."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Derived, Resource, Unparsable, fixed, guarded, learned, managed, watched
from studio_backup.resources import device, zfs_steps
from studio_backup.resources.destroying import making, overwriting
from studio_backup.resources.zfs_listing import SCRIPT, listing
from studio_backup.resources.zfs_seen import FULL, Sight
from studio_backup.resources.zfs_sighting import by_name, sighted
from studio_backup.source import Place
from studio_backup.step import Risk, Step

#: What is said of a disk that nothing but a pool holds.
_HELD = re.compile(rf"{device.IN_USE}zfs pool [^;]+(; zfs pool [^;]+)*")
#: Sectors of 4 KiB: a pool that is made with smaller ones stays slow on every disk that comes later.
_ASHIFT = "12"
#: Days after which a scrub is late, by how often a timer of ours begins one.
SCRUBBED = {"weekly": 10, "monthly": 40}


@dataclass(frozen=True, kw_only=True)
class ZfsPool(Resource):
    """One pool of one group of disks; its name is the inventory's, and its own."""

    kind: ClassVar[str] = "zfs-pool"
    summary: ClassVar[str] = "disks joined by ZFS: level, members, health, scrubs, room (a spec writes it)"
    adoptable: ClassVar[bool] = True
    destroys: ClassVar[bool] = True

    level: str = fixed()
    members: tuple[str, ...] = guarded()  # names of disks; in what is seen also by-id names of those of no member
    pool: str = fixed()  # the name it has
    ashift: str | None = fixed(None)
    owner: str = fixed("this machine")
    imported: str = managed("yes")
    returned: str = managed("none")  # members that were away and are back
    state: str = watched("online")
    action: str = watched("idle")
    scrubbed: str = watched("in time")
    room: str = watched(f"under {FULL} %")
    faults: str = watched("none")
    errors: str = watched("none")
    damage: str = watched("none")
    identity: str | None = watched(None)  # the guid it has, for what stands on it

    devices: Mapping[str, str] = field(default_factory=dict, compare=False)  # member -> designator
    smart: str = field(default="yes", compare=False)  # whether disks are asked if they sleep
    scrub: str = field(default="monthly", compare=False)  # how often one is expected
    found: str | Derived = learned()
    sight: Sight | None = field(default=None, compare=False, repr=False)

    def probe(self) -> Probe:
        """All pools, and the disks of all specs; last of all, since a disk may hang."""
        return Probe(script=SCRIPT, args=tuple(f"{self.smart}\t{one}" for one in self.devices.values()), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """The pool that the members are in, else the one of our name, else what labels tell of it."""
        found = listing(reply)
        sight = sighted(found, self.devices, self.pool) if self.devices else by_name(found, self.name)
        if sight is None:
            return None
        if self.ashift and not sight.ashift:
            raise Unparsable(f"nothing tells the ashift of {sight.pool.name}")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            level=sight.pool.level,
            members=sight.members(self.members),
            pool=sight.pool.name,
            ashift=self.ashift and sight.ashift,
            owner=sight.owner,
            imported="yes" if sight.row else "no",
            returned=", ".join(member for member, _ in sight.returned) or "none",
            state=sight.state,
            action=sight.action,
            scrubbed=sight.scrubbed(SCRUBBED.get(self.scrub, SCRUBBED["monthly"])),
            room=sight.room,
            faults=sight.faults,
            errors=sight.errors,
            damage=sight.pool.damage,
            identity=sight.guid,
            devices=self.devices,
            sight=sight,
        )

    def create(self) -> tuple[Step, ...]:
        """One step, on exactly the disks that were planned for."""
        contents = self._contents()
        designators = [self.devices[member] for member in self.members]
        title = f"make the {self.level} pool {self.pool} of {', '.join(self.members)}"
        script = zfs_steps.create(self.pool, self.level, self.ashift or _ASHIFT, designators)
        return (making(self.address, title, script, self.devices, contents),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Imported, disks put back or in; nothing where nobody said whose pool it is, or ZFS cannot do it."""
        sight = seen.sight
        if sight is None:
            return ()
        if "imported" in fields:
            # Half of a pool that is not imported is not filled up: nobody said what it is.
            return () if "members" in fields else (self._bring_in(sight),)
        steps = [self._put_back(sight)] if sight.returned else []
        if "members" in fields:
            found = self._members(seen, sight)
            if not found:
                return ()
            steps += found
        return tuple(steps)

    def _bring_in(self, sight: Sight) -> Step:
        script = zfs_steps.bring_in(sight.pool.name, sight.guid, tuple(self.devices.values()))
        return Step(title=f"import the pool {sight.pool.name}", script=script, risk=Risk.DISRUPTS)

    def _put_back(self, sight: Sight) -> Step:
        names, leaves = zip(*sight.returned, strict=True)
        script = zfs_steps.put_back(sight.pool.name, [leaf.reference for leaf in leaves])
        guard = zfs_steps.is_pool(sight.pool.name, sight.guid)
        return Step(title=f"put {', '.join(names)} back to use in {sight.pool.name}", script=script, guard=guard)

    def _members(self, seen: Self, sight: Sight) -> list[Step]:
        """Each new disk in the place of one that has failed or leaves; one more widens a mirror or a raidz."""
        new = [member for member in self.members if member not in seen.members]
        old = [member for member in seen.members if member not in self.members]
        if not sight.inside & {*self.members} or len(old) > len(new) or len(sight.pool.groups) != 1:
            return []
        free = sight.replaceable(self.members)
        if len(free) > len(new):
            free = free[: len(new)]
        widened = self._widened(sight) if len(new) > len(free) else ""
        if len(new) > len(free) and not widened:
            return []
        places = [("replace", leaf.reference, sight.known_by(leaf)) for leaf in free]
        places += [("attach", widened, "")] * (len(new) - len(free))
        return [self._put_in(sight, member, *place) for member, place in zip(new, places, strict=True)]

    def _widened(self, sight: Sight) -> str:
        """What a further disk is attached to: any of a mirror, the raidz itself; nothing else can grow."""
        (group,) = sight.pool.groups
        if group.startswith("mirror"):
            return next((leaf.reference for leaf in sight.pool.leaves if leaf.state == "ONLINE"), "")
        return group if group.startswith("raidz") and sight.state == "online" else ""

    def _put_in(self, sight: Sight, member: str, word: str, place: str, old: str) -> Step:
        content, designator = self._contents()[member], self.devices[member]
        same = zfs_steps.is_pool(sight.pool.name, sight.guid)
        title = f"put {member} into {sight.pool.name}" + (f" in place of {old}" if old else "")
        script = zfs_steps.put_in(sight.pool.name, word, place, designator)
        step = overwriting(self.address, member, title, script, designator, content)
        return dataclasses.replace(step, guard=f"{step.guard}\n{same}")

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a pool that leaves the spec goes on as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the inventory's name, which is the pool's."""
        return cls(system=system, name=name, place=place, level="", members=(), pool=name)

    def hindrance(self) -> tuple[str, str] | None:
        """Of its members, those that are in a pool hinder nothing: it is this one, or the guard says so.

        Nor does one that is not there, once others are joined: what is done to them needs no word of it.
        """
        contents = {member: text for member, text in self._contents().items() if not _HELD.fullmatch(text)}
        if len(contents) < len(self.members) or any("\tzfs_member\t" in text for text in contents.values()):
            contents = {member: text for member, text in contents.items() if text != device.NOT_THERE}
        return device.hindrance(contents)

    def _contents(self) -> dict[str, str]:
        return device.seen_on(self.members, str(self.found))
