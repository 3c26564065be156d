"""Storage Spaces: disks joined by Windows into a pool with one virtual disk, known by the disks that are in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Derived, Resource, fixed, guarded, learned, managed, watched
from studio_backup.resources import device
from studio_backup.resources.space_listing import PROGRAM, listing
from studio_backup.resources.space_seen import Sight, sighted
from studio_backup.resources.space_state import disk_mending, mending
from studio_backup.resources.space_steps import Making
from studio_backup.resources.windows_disk import POOLED
from studio_backup.source import Place
from studio_backup.step import Step

_SCRIPT = f"{PROGRAM}\nRead-StorageSpace"
#: What is said of a disk that nothing but a pool holds.
_HELD = re.compile(rf"{re.escape(POOLED)}.*")


@dataclass(frozen=True, kw_only=True)
class StorageSpace(Resource):
    """One pool with one virtual disk; its name is the inventory's."""

    kind: ClassVar[str] = "storage-space"
    summary: ClassVar[str] = "disks joined by Storage Spaces: level, members, health, repair (a spec writes it)"
    language: ClassVar[str] = "powershell"
    adoptable: ClassVar[bool] = True
    destroys: ClassVar[bool] = True

    level: str = fixed()
    members: tuple[str, ...] = guarded()  # names of disks; in what is seen also serials of those of no member
    filesystem: str | None = fixed(None)  # of the volume on it, where the inventory has one
    finished: str = managed("yes")
    leftover: str = managed("none")  # retired disks that hold nothing any more
    state: str = watched("healthy")
    repair: str = watched("none")
    pool: str = watched("healthy")
    read_only: str = watched("no")
    faults: str = watched("none")
    emptying: str = watched("none")  # retired disks that still hold something

    devices: Mapping[str, str] = field(default_factory=dict, compare=False)  # member -> designator
    path: str = field(default="", compare=False)  # where the volume is mounted when it is made
    label: str = field(default="", compare=False)  # and what it is called then
    found: str | Derived = learned()
    sight: Sight | None = field(default=None, compare=False, repr=False)

    def probe(self) -> Probe:
        """All pools and disks; last of all, since a disk may hang."""
        return Probe(script=_SCRIPT, touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """The pool that the members are in, else the one of our name."""
        sight = sighted(listing(reply), self.devices, self.name)
        if sight is None:
            return None
        kinds = sight.space.filesystems if sight.space else ()
        seen = self.filesystem if not kinds or self.filesystem in kinds else kinds[0]
        lacking = sight.unfinished(self.filesystem is not None)
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            level=sight.level or self.level,
            members=sight.members(self.members),
            filesystem=self.filesystem and seen,
            finished=f"no, {lacking} is not there" if lacking else "yes",
            leftover=sight.leftover,
            # What lacks in one of ours is told by `finished`, and made.
            state="healthy" if sight.ours and not sight.space else sight.state,
            repair=sight.repair,
            pool=sight.pool_state,
            read_only=sight.read_only,
            faults=sight.faults,
            emptying=sight.emptying,
            devices=self.devices,
            path=self.path,
            label=self.label,
            sight=sight,
        )

    def create(self) -> tuple[Step, ...]:
        """One step, on exactly the disks that were planned for."""
        return (self._making().create(),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Made whole, disks put in, retired ones let go; nothing where the spec asks for what no pool can do."""
        sight = seen.sight
        if sight is None or sight.read_only != "no":
            return ()
        making, steps = self._making(), []
        if "finished" in fields:
            steps.append(making.finish(sight.pool.unique))
        if "members" in fields:
            found = self._members(seen, sight, making)
            if not found:
                return ()
            steps += found
        if "leftover" in fields:
            gone = [disk.unique for disk in sight.retired if disk.known_by in seen.leftover.split(", ")]
            steps.append(making.let_go(sight.pool.unique, seen.leftover, gone))
        return tuple(steps)

    def _members(self, seen: Self, sight: Sight, making: Making) -> list[Step]:
        """Each new disk in the place of one that leaves, or beside the others."""
        new = [member for member in self.members if member not in seen.members]
        leaving = [disk for disk in sight.others if disk.known_by in seen.members]
        if sight.nowhere:
            return []
        bare = self.level == "simple" or sight.level == "simple"
        if len(leaving) > len(new) or (leaving and bare) or sight.state.startswith(("no redundancy", "detached")):
            return []
        old = [*leaving, *([None] * len(new))]
        return [making.put_in(sight.pool.unique, member, disk) for member, disk in zip(new, old, strict=False)]

    def _making(self) -> Making:
        return Making(
            address=self.address,
            array=self.name,
            level=self.level,
            members=self.members,
            devices=self.devices,
            contents=device.seen_on(self.members, str(self.found)),
            filesystem=self.filesystem or "",
            label=self.label,
            path=self.path,
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a pool that leaves the spec goes on as it is."""
        return None

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """What a person does about how it is; a pool that nothing may change is freed by hand first."""
        if seen.read_only != "no" and fields & {"finished", "members", "leftover", "read_only"}:
            fix = "see that its disks are all there; then there: Set-StoragePool -IsReadOnly $false"
            return f"the pool cannot be changed: read-only {seen.read_only.removeprefix('yes, ')}", fix
        if "members" in fields and seen.sight and (lacking := seen.sight.nowhere):
            return f"nowhere on this machine: {', '.join(lacking)}", "plug it in, or name another disk in members:"
        strangers = [name for name in seen.members if name not in self.members]
        if "members" in fields and set(self.members) <= set(seen.members):
            retire = "there: Set-PhysicalDisk -Usage Retired, then Repair-VirtualDisk; apply takes it out once empty"
            return f"the pool holds {', '.join(strangers)}, which no member is", f"name it in members:, or {retire}"
        if "state" in fields and (found := mending(seen.state, self.level)):
            return found
        if fields == {"repair"} or fields == {"state", "repair"}:
            return "it is being repaired", "wait for the repair to end; then plan again"
        if "emptying" in fields:
            fix = "wait for the repair to end, or begin it there: Repair-VirtualDisk; then apply takes the disk out"
            return f"{seen.emptying} is retired, and still holds something", fix
        return disk_mending(seen.faults) if "faults" in fields else None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the inventory's name, which a pool of ours carries."""
        return cls(system=system, name=name, place=place, level="", members=())

    def hindrance(self) -> tuple[str, str] | None:
        """Of its members, those that a pool holds hinder nothing: it is this one, or the guard says so.

        Nor does one that is not there, once others are joined: what is done to them needs no word of it.
        """
        seen = device.seen_on(self.members, str(self.found))
        contents = {member: text for member, text in seen.items() if not _HELD.fullmatch(text)}
        if len(contents) < len(seen):
            contents = {member: text for member, text in contents.items() if text != device.NOT_THERE}
        return device.hindrance(contents)
