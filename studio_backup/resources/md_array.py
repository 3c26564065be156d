"""md arrays: disks joined by the kernel, known by their UUID or by what is in them, never by a name in /dev."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Derived, Resource, fixed, guarded, learned, managed, watched
from studio_backup.resources import device, md_steps
from studio_backup.resources.destroying import making
from studio_backup.resources.md_change import BARE, WHOLE, WIDER, Changing
from studio_backup.resources.md_listing import SCRIPT, listing
from studio_backup.resources.md_seen import Sight
from studio_backup.resources.md_sighting import by_name, sighted
from studio_backup.resources.md_sizes import uneven
from studio_backup.source import Place
from studio_backup.step import Step

#: What is said of a disk that nothing but an array holds.
_HELD = re.compile(rf"{device.IN_USE}held by md\d+(; held by md\d+)*")


@dataclass(frozen=True, kw_only=True)
class MdArray(Resource):
    """One array of md; its name is the inventory's."""

    kind: ClassVar[str] = "md-array"
    summary: ClassVar[str] = "disks joined by md: its level, members, and how it is (a spec writes it)"
    adoptable: ClassVar[bool] = True
    destroys: ClassVar[bool] = True

    level: str = fixed()
    members: tuple[str, ...] = guarded()  # names of disks; in what is seen also by-id names of those of no member
    spares: int = guarded(0)  # how many of the members only wait
    chunk: str | None = fixed(None)  # 512K
    metadata: str | None = fixed(None)
    uuid: str | None = fixed(None)  # only where the spec says which; else what is there is taken over
    bitmap: str | None = managed(None)  # internal or none
    running: str = managed("yes")
    state: str = watched("clean")
    action: str = watched("idle")
    mismatches: str = watched("0")
    faults: str = watched("none")
    errors: str = watched("none")
    identity: str | None = watched(None)  # the UUID it has, for what stands on it
    content: str | None = watched(None)

    devices: Mapping[str, str] = field(default_factory=dict, compare=False)  # member -> designator
    chosen: str = field(default="", compare=False)  # the UUID it gets when it is made
    uneven: bool = field(default=False, compare=False)  # disks that differ in size are meant so
    found: str | Derived = learned()
    sight: Sight | None = field(default=None, compare=False, repr=False)

    @property
    def designators(self) -> tuple[str, ...]:
        """Of its members, in their order."""
        return tuple(self.devices[member] for member in self.members)

    def probe(self) -> Probe:
        """All arrays, and the disks of all specs; last of all, since a disk may hang."""
        return Probe(script=SCRIPT, args=tuple(self.devices.values()), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """The array of our UUID, else the one that the members are in."""
        found, uuid = listing(reply), self.uuid or self.chosen
        sight = sighted(found, self.devices, uuid) if self.devices else by_name(found, self.name)
        if sight is None:
            return None
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            level=sight.level or self.level,
            members=sight.members(self.members, self.spares),
            spares=self._waiting(sight),
            chunk=_asked(self.chunk, sight.chunk if self._kib() not in (None, sight.kib) else self.chunk),
            metadata=_asked(self.metadata, sight.metadata),
            uuid=self.uuid and sight.uuid,
            bitmap=_asked(self.bitmap, sight.bitmap),
            running="yes" if sight.active or not (sight.startable or sight.fresh) else "no",
            state=sight.state,
            action=sight.action,
            mismatches=sight.mismatches,
            faults=sight.faults,
            errors=sight.errors,
            identity=sight.uuid,
            content=sight.content,
            devices=self.devices,
            chosen=self.chosen,
            sight=sight,
        )

    def _waiting(self, sight: Sight) -> int:
        """How many disks wait. One that took a failed member's place does what it is for, and is none too few."""
        if not sight.active:
            return self.spares
        return max(sight.spares, min(self.spares, sight.spares + sight.broken))

    def create(self) -> tuple[Step, ...]:
        """One step, on exactly the disks that were planned for."""
        contents = self._contents()
        options = [f"--metadata={self.metadata or '1.2'}", f"--level={self.level}"]
        slots = len(self.members) - self.spares
        options += [f"--raid-devices={slots}"]
        options += [f"--spare-devices={self.spares}"] if self.spares else []
        options += [f"--chunk={self.chunk}"] if self._kib() else []
        options += [] if self.level in BARE else [f"--bitmap={self.bitmap or 'internal'}"]
        title = f"make {self.level} of {', '.join(self.members[:slots])}"
        title += f"; {', '.join(self.members[slots:])} waits" if self.spares else ""
        script = md_steps.create(
            self.uuid or self.chosen, self.name, self.system.partition("/")[0], options, self.designators
        )
        return (making(self.address, title, script, self.devices, contents),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Started, disks put in, widened; nothing where the spec asks for what md cannot do with the data in place."""
        sight = seen.sight
        if sight is None or (fields & {"members", "spares"} and sight.partitions):
            return ()
        ours = sight.uuid in (self.uuid, self.chosen)
        # Half of an array that we did not make is not started to be filled up: nobody said what it is.
        if "running" in fields and "members" in fields and not ours:
            return ()
        if not sight.active and "running" not in fields:
            return ()
        if "running" in fields and not sight.startable:
            return self.create() if sight.fresh and ours else ()
        changing = Changing(
            address=self.address,
            name=self.name,
            level=self.level,
            uuid=sight.uuid,
            members=self.members,
            devices=self.devices,
            contents=self._contents(),
        )
        steps = [changing.start()] if "running" in fields else []
        if fields & {"members", "spares"}:
            found = self._members(seen, sight, changing)
            if not found:
                return ()
            steps += found
        if self.bitmap and "bitmap" in fields:
            steps.append(changing.set_bitmap(self.bitmap))
        return tuple(steps)

    def _members(self, seen: Self, sight: Sight, changing: Changing) -> tuple[Step, ...]:
        new = [member for member in self.members if member not in seen.members]
        old = [member for member in seen.members if member not in self.members]
        slots = len(self.members) - self.spares
        if len(old) > len(new) or self.level in BARE or {*new} & {*sight.missing} or sight.small:
            return ()
        steps = changing.put_in(new, old)
        if slots <= sight.slots:
            return steps
        # A disk that lacks leaves no way to be wider: first it is replaced.
        return (*steps, changing.widen(slots)) if self.level in WIDER and not sight.free else ()

    def remove(self) -> tuple[Step, ...] | None:
        """Released: an array that leaves the spec goes on as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the inventory's name, which nothing on the machine has."""
        return cls(system=system, name=name, place=place, level="", members=())

    def hindrance(self) -> tuple[str, str] | None:
        """Of its members, those that are in an array hinder nothing: it is this one, or the guard says so.

        Nor does one that is not there, once others are joined: what is done to them needs no word of it.
        """
        contents = {member: text for member, text in self._contents().items() if not _HELD.fullmatch(text)}
        if len(contents) < len(self.members) or any("\tlinux_raid_member\t" in text for text in contents.values()):
            return device.hindrance({member: text for member, text in contents.items() if text != device.NOT_THERE})
        return device.hindrance(contents) or (None if self.uneven else uneven(contents))

    def _contents(self) -> dict[str, str]:
        return device.seen_on(self.members, str(self.found))

    def _kib(self) -> int | None:
        if self.chunk is None or self.level in WHOLE:
            return None
        return int(self.chunk[:-1]) * (1024 if self.chunk.endswith("M") else 1)


def _asked(wanted: str | None, seen: str | None) -> str | None:
    """What was seen of what the spec says; where nothing tells yet, it may be as wanted."""
    return None if wanted is None else seen or wanted
