"""What is to be said of an array: the kernel's word on it, and that of the superblocks on its members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studio_backup.resources import md_state
from studio_backup.resources.device import known_by
from studio_backup.resources.md_listing import Disk, Leg, Listing, Running, uuid_of
from studio_backup.resources.md_sizes import too_small


@dataclass(frozen=True)
class Sight:
    """One array: the kernel's, or only what superblocks on its members tell. `devices`: member -> disk."""

    listing: Listing
    array: Running | None
    uuid: str
    devices: Mapping[str, Disk]

    @property
    def active(self) -> bool:
        """Whether it is started."""
        return self.array is not None and self.array.attributes.get("array_state") != "inactive"

    @cached_property
    def called(self) -> dict[str, str]:
        """Kernel names of the array's devices -> members; an appliance puts partitions of the disks into it."""
        names = {disk.device: member for member, disk in self.devices.items() if disk.device}
        return {leg.name: names[leg.disk] for leg in self._legs if leg.disk in names}

    @property
    def partitions(self) -> bool:
        """Whether it is made of partitions: nothing of ours puts a whole disk into such a one."""
        return any(leg.name != leg.disk for leg in self._legs)

    @property
    def _legs(self) -> list[Leg]:
        return self.array.legs if self.array else []

    @property
    def _carrying(self) -> list[str]:
        """Members with a superblock of this array."""
        return [name for name, disk in self.devices.items() if uuid_of(disk.exported.get("MD_UUID", "")) == self.uuid]

    @property
    def missing(self) -> list[str]:
        """Members that are not plugged in."""
        return [member for member, disk in self.devices.items() if not disk.device]

    def _told(self, active: str | None, superblock: str) -> str | None:
        if self.active:
            return active
        return next((self.devices[name].exported.get(superblock) for name in self._carrying), None)

    @property
    def level(self) -> str | None:
        """In the kernel's word; None where nothing tells."""
        return self._told(self._attribute("level"), "MD_LEVEL")

    @property
    def slots(self) -> int:
        """For how many active disks it is made; while it is being widened, that and the number before in brackets."""
        told = self._told(self._attribute("raid_disks"), "MD_DEVICES")
        return int(told.split(" ", 1)[0]) if told else len(self.devices)

    def _attribute(self, name: str) -> str | None:
        return (self.array.attributes.get(name) or None) if self.array else None

    @property
    def least(self) -> int:
        """Bytes of each disk that it uses; 0 where nothing tells."""
        return md_state.number(self.array, "component_size") * 1024 if self.array and self.active else 0

    @property
    def small(self) -> list[str]:
        """In words, the members that are not in it and hold too little for it."""
        inside = {*self.called.values()}
        sizes = {name: disk.sectors[0] * 512 for name, disk in self.devices.items() if disk.sectors}
        return too_small({name: size for name, size in sizes.items() if name not in inside}, self.least)

    @property
    def free(self) -> int:
        """Slots with no working disk in them."""
        if not self.active:
            return self.slots - len(self._carrying)
        return self.slots - len({leg.slot for leg in self._legs if leg.slot >= 0 and "faulty" not in leg.states})

    @property
    def startable(self) -> bool:
        """Whether there are enough disks to start it: those in its idle device, and those that carry its superblock."""
        disks = {leg.disk for leg in self._legs} | {self.devices[name].device for name in self._carrying}
        return len(disks) >= md_state.needed(self.level or "", self.slots)

    @property
    def fresh(self) -> bool:
        """Never started: what a killed `mdadm --create` left on some of its disks."""
        superblocks = [self.devices[name].exported for name in self._carrying]
        return bool(superblocks) and all(found.get("MD_EVENTS") == "0" for found in superblocks)

    def members(self, wanted: tuple[str, ...], spares: int) -> tuple[str, ...]:
        """Its disks: members of the spec by name, with those that have a slot (or should wait, if so many do not) and
        are not plugged in; then others."""
        inside = {*self.called.values()} if self.active else {*self.called.values(), *self._carrying}
        absent = self.missing[: max(self.free, 0) + max(spares - self.spares, 0)]
        strangers = [self._known_by(leg.name) for leg in self._outside() if not md_state.leaving(leg, self._legs)]
        return (*(name for name in wanted if name in inside or name in absent), *sorted(strangers))

    def _outside(self) -> list[Leg]:
        return [leg for leg in self._legs if leg.name not in self.called and "faulty" not in leg.states]

    def _known_by(self, device: str) -> str:
        return known_by(device, self.listing.links.get(device, ()))

    @property
    def broken(self) -> int:
        """Members that no working device of it is."""
        working = {
            self.called[leg.name] for leg in self._legs if leg.name in self.called and "faulty" not in leg.states
        }
        return len(self.devices.keys() - working)

    @property
    def spares(self) -> int:
        """Disks that only wait."""
        return md_state.spares_of(self._legs) if self.active else 0

    @property
    def kib(self) -> int | None:
        """Size of its chunks; 0 for a mirror, None where nothing tells."""
        return md_state.number(self.array, "chunk_size") // 1024 if self.array and self.active else None

    @property
    def chunk(self) -> str | None:
        """`512K`, `none` for a mirror; None where nothing tells."""
        return None if self.kib is None else f"{self.kib}K" if self.kib else "none"

    @property
    def metadata(self) -> str | None:
        """`1.2`; None where nothing tells."""
        return self._attribute("metadata_version")

    @property
    def bitmap(self) -> str | None:
        """`internal`, `none` or `file`; None where nothing tells."""
        place = self._attribute("bitmap/location") if self.active else None
        return "internal" if place and place.lstrip("+-").isdigit() else place

    @property
    def state(self) -> str:
        """How it is, in one word."""
        if self.array is None:
            return "not started" if self.startable else "failed"
        mirrored = [leg for leg in self._legs if leg.name in self.called and "in_sync" in leg.states]
        return md_state.state_of(self.array, len(mirrored) >= len(self.devices) > 0)

    @property
    def action(self) -> str:
        """What it is busy with."""
        return md_state.action_of(self.array, self.listing.mdstat) if self.array else "idle"

    @property
    def mismatches(self) -> str:
        """Sectors that the last check found different."""
        return str(md_state.number(self.array, "mismatch_cnt")) if self.array else "0"

    @property
    def faults(self) -> str:
        """What is wrong with its disks."""
        out = [leg.name for leg in self._legs if leg.name not in self.called and "faulty" in leg.states]
        words = [f"{self._known_by(name)}, of no member, has failed and can be taken out" for name in sorted(out)]
        said = md_state.faults_of(self._legs, self.missing, self.called)
        return ", ".join(filter(None, [said, *words, *self.small])) or "none"

    @property
    def errors(self) -> str:
        """Read errors mended so far."""
        return md_state.errors_of(self._legs, self.called) or "none"

    @property
    def content(self) -> str | None:
        """What is on it, where that was read."""
        return "\n".join(self.array.content) or None if self.array else None
