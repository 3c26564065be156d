"""btrfs over several disks: known by a UUID chosen beforehand; made, grown, mended, kept apart from old legs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Derived, Resource, Unparsable, fixed, guarded, learned, managed, watched
from studio_backup.resources import btrfs_state, btrfs_steps, device
from studio_backup.resources.btrfs_listing import SCRIPT, listing
from studio_backup.resources.btrfs_seen import Sight, sighted
from studio_backup.resources.destroying import making, overwriting
from studio_backup.source import Place
from studio_backup.step import Risk, Step


@dataclass(frozen=True, kw_only=True)
class BtrfsFilesystem(Resource):
    """One btrfs of several disks; its name is the array's in the inventory."""

    kind: ClassVar[str] = "btrfs-filesystem"
    summary: ClassVar[str] = "btrfs over several disks: its profiles, members, and how it is (a spec writes it)"
    adoptable: ClassVar[bool] = True
    destroys: ClassVar[bool] = True

    data: str = fixed()  # profile: single, raid1, raid1c3, raid1c4, raid10
    metadata: str = fixed()
    members: tuple[str, ...] = guarded()  # names of disks; in what is seen also by-id names of those of no member
    uuid: str = fixed()
    old_legs: str = guarded("none")  # other devices that carry a leg of it: the kernel may mount one of them
    label: str | None = managed(None)
    quota: str | None = managed(None)  # yes or no
    profiles: str = managed("one")  # or which chunks are of another profile
    state: str = watched("whole")
    action: str = watched("idle")
    faults: str = watched("none")
    errors: str = watched("none")
    scrub: str = watched("clean")
    room: str = watched("enough")

    devices: Mapping[str, str] = field(default_factory=dict, compare=False)  # member -> designator
    path: str = field(default="", compare=False)  # where it is to be mounted
    every: str = field(default="", compare=False)  # weekly, monthly or nothing: how often it is scrubbed
    smart: str = field(default="yes", compare=False)  # "no": read without asking whether its disks sleep
    found: str | Derived = learned()
    sight: Sight | None = field(default=None, compare=False, repr=False)

    @property
    def designators(self) -> tuple[str, ...]:
        """Of its members, in their order."""
        return tuple(self.devices[member] for member in self.members)

    @property
    def _bare(self) -> bool:
        """Whether part of it has no second copy: a leg that is away is the only one then, however old it is."""
        return "single" in (self.data, self.metadata)

    def probe(self) -> Probe:
        """All of them in one call, last of all, since a disk may hang."""
        asked = "\t".join((self.name, self.uuid, self.smart, *self.devices.values()))
        return Probe(script=SCRIPT, args=(asked,) if self.devices else (), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """The file system of our UUID, mounted or not; absent where no device carries it."""
        found = listing(reply).get(self.name)
        if found is None:
            if self.devices:
                raise Unparsable(f"{self.name} is not in the listing")
            return self  # nothing is asked about what is only to be released
        sight = sighted(found, self.devices)
        if sight is None:
            return dataclasses.replace(self, uuid=found.others[0]) if found.others else None
        profiles = sight.profiles
        both = profiles.get("Data+Metadata", [])
        return dataclasses.replace(
            self,
            data=_main(self.data, profiles.get("Data", both)),
            metadata=_main(self.metadata, profiles.get("Metadata", both)),
            members=sight.members(self.members),
            uuid=found.uuid,
            old_legs=", ".join(sorted(sight.known_as(one.device) for one in sight.old_legs)) or "none",
            label=sight.label,
            quota=found.quota or self.quota,
            profiles=sight.mixed if sight.mixed and sight.settled else "one",
            state=sight.state,
            action=sight.action,
            faults=btrfs_state.faults_of(sight),
            errors=btrfs_state.errors_of(sight),
            scrub=btrfs_state.scrub_of(sight, self.every),
            room=btrfs_state.room_of(sight),
            sight=sight,
        )

    def create(self) -> tuple[Step, ...]:
        """One step, on exactly the disks that were planned for."""
        contents = self._contents()
        options = ["-d", self.data, "-m", self.metadata]
        options += ["-L", self.label] if self.label else []
        options += ["-R", "quota"] if self.quota == "yes" else []
        title = f"make btrfs {self.uuid}, {self.data}, of {', '.join(self.members)}"
        script = btrfs_steps.create(self.uuid, options, self.designators)
        return (making(self.address, title, script, self.devices, contents),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Old legs wiped first; then disks put in. Nothing where the spec asks for what cannot be done in place."""
        sight = seen.sight
        if sight is None:
            return ()
        steps: list[Step] = []
        if "old_legs" in fields:
            if not all(self._nameable(sight, one.device) and sight.outdated(one, self._bare) for one in sight.old_legs):
                return ()
            steps += [self._wipe(sight, index) for index in range(len(sight.old_legs))]
        if "members" in fields:
            found = self._members(seen, sight)
            if not found:
                return ()
            steps += found
        if self.label and "label" in fields:
            steps.append(Step(title=f"label {self.name} {self.label}",
                              script=btrfs_steps.set_label(self.uuid, self.label, self.designators)))  # fmt: skip
        if self.quota and "quota" in fields:
            title = f"turn quota of {self.name} {'on' if self.quota == 'yes' else 'off'}"
            steps.append(Step(title=title, script=btrfs_steps.set_quota(self.uuid, self.quota)))
        if "profiles" in fields and not {"members", "data", "metadata"} & fields:
            steps.append(Step(title=f"write what is not {self.data} in {self.name} again", risk=Risk.DISRUPTS,
                              script=btrfs_steps.convert(self.uuid, self.data, self.metadata)))  # fmt: skip
        return tuple(steps)

    def _members(self, seen: Self, sight: Sight) -> list[Step]:
        """One disk at a time: btrfs fills no two at once."""
        new = [member for member in self.members if member not in seen.members]
        old = [member for member in seen.members if member not in self.members]
        if not new or len(old) > len(new) or {*new} & {*sight.unplugged} or any(map(sight.displaced, new)):
            return []
        if sight.filling or sight.action.startswith("replac"):
            return []
        lacking = len(sight.missing) - len([one for one in sight.unplugged if one in seen.members])
        if lacking > 0 and self._bare:
            return []
        if old or lacking > 0:
            return [self._put_in(new[0], *(("", 0) if lacking > 0 else (old[0], sight.number_of(old[0]))))]
        return [self._add(member) for member in new] if sight.mounted and sight.settled else []

    def _put_in(self, member: str, old: str, leg: int) -> Step:
        return self._laid(
            member,
            f"put {member} into {self.name}" + (f" in place of {old}" if old else " in place of the disk that lacks"),
            btrfs_steps.put_in(
                self.uuid, self.path, (self.data, self.metadata), self.designators, self.devices[member], leg
            ),
        )

    def _add(self, member: str) -> Step:
        return self._laid(member, f"add {member} to {self.name}", btrfs_steps.add(self.uuid, self.devices[member]))

    def _laid(self, member: str, title: str, script: str) -> Step:
        return overwriting(self.address, member, title, script, self.devices[member], self._contents()[member])

    def _nameable(self, sight: Sight, kernel: str) -> bool:
        return sight.known_as(kernel) != kernel

    def _wipe(self, sight: Sight, index: int) -> Step:
        carrier = sight.old_legs[index]
        name, content = sight.known_as(carrier.device), "\n".join(carrier.content)
        title = f"wipe {name}, an old leg of {self.name}"
        return overwriting(self.address, name, title, btrfs_steps.wipe(f"id:{name}"), f"id:{name}", content)

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a file system that leaves the spec goes on as it is."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the inventory's name, which nothing on the machine has."""
        return cls(system=system, name=name, place=place, data="", metadata="", members=(), uuid="")

    def hindrance(self) -> tuple[str, str] | None:
        """Of its members, those that are mounted with it hinder nothing: the guard says so of those that are not.

        Nor does one that is not there, once there is a file system: what is done to the others needs no word of it.
        """
        contents = self._contents()
        free = {member: text for member, text in contents.items() if f"btrfs {self.uuid} mounted" not in text}
        if len(free) < len(contents) or any(f"\t{self.uuid}\t" in text for text in free.values()):
            free = {member: text for member, text in free.items() if text != device.NOT_THERE}
        return device.hindrance(free)

    def _contents(self) -> dict[str, str]:
        return device.seen_on(self.members, str(self.found))


def _main(wanted: str, seen: list[str]) -> str:
    """The profile that is wanted where some chunks are of it; where nothing tells, it may be as wanted."""
    return wanted if not seen or wanted in seen else " and ".join(sorted(seen))
