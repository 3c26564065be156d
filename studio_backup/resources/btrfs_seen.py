"""Which disks a btrfs is made of as it stands, which lack, and which carry an old leg that must never be mounted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studio_backup.resource import Unparsable
from studio_backup.resources import btrfs_tools
from studio_backup.resources.btrfs_listing import Carrier, Found
from studio_backup.resources.device import known_by


@dataclass(frozen=True)
class Sight:
    """One file system: mounted, or only what superblocks tell. `devices`: member -> designator."""

    found: Found
    devices: Mapping[str, str]

    @property
    def mounted(self) -> bool:
        """Whether it is mounted where it can be asked."""
        return self.found.mounted is not None

    @cached_property
    def _called(self) -> dict[str, str]:
        """Kernel names -> members."""
        disks = self.found.disks
        return {disks[designator]: member for member, designator in self.devices.items() if disks.get(designator)}

    def known_as(self, device: str) -> str:
        """A member's name, else the one it has in /dev/disk/by-id, else the kernel's."""
        return self._called.get(device) or known_by(device, self.found.links.get(device, ()))

    @cached_property
    def _shown(self) -> tuple[str, list[btrfs_tools.Leg]]:
        return btrfs_tools.label_and_legs(self.found.tools.get("show", []))

    @cached_property
    def _legs(self) -> dict[str, int]:
        """Kernel name -> number of the devices that are in it, in the order of these."""
        if self.mounted:
            legs = (leg for leg in self._shown[1] if leg.path)
            return {self.found.paths.get(leg.path, leg.path.rpartition("/")[2]): leg.devid for leg in legs}
        current: dict[str, Carrier] = {}
        for carrier in sorted(self._current, key=lambda one: one.device not in self._called):
            current.setdefault(carrier.part or carrier.device, carrier)
        return {carrier.device: carrier.devid or 0 for carrier in current.values()}

    @cached_property
    def newest(self) -> int:
        """The last commit that any of the devices took part in, as far as that is read."""
        return max((carrier.commit or 0 for carrier in self.found.carriers), default=0)

    @cached_property
    def _current(self) -> list[Carrier]:
        # One commit is enough: a file that was written while the disk was away. A crash hardly ever leaves that.
        return [one for one in self.found.carriers if one.commit is None or one.commit == self.newest]

    @cached_property
    def filling(self) -> bool:
        """Whether a disk is being filled to take another one's place."""
        return self.mounted and 0 in self._legs.values()

    @property
    def missing(self) -> list[int]:
        """Numbers of the legs that lack; all 0 where only their count is known."""
        if self.mounted:
            return [leg.devid for leg in self._shown[1] if not leg.path]
        total = max((carrier.devices or 0 for carrier in self._current), default=0)
        return [0] * (total - len(self._legs))

    @property
    def unplugged(self) -> list[str]:
        """Members that are not there."""
        return [member for member, designator in self.devices.items() if not self.found.disks.get(designator)]

    @property
    def strangers(self) -> list[str]:
        """Devices in it that are of no member; the one that another is being filled to replace is not counted."""
        outside = [device for device in self._legs if device not in self._called]
        return outside[1:] if self.filling else outside

    def number_of(self, stranger: str) -> int:
        """Of the leg on a device of no member."""
        return next(self._legs[device] for device in self.strangers if self.known_as(device) == stranger)

    def members(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Its disks: members of the spec by name, with those that have a leg and are not plugged in; then others."""
        inside = {self._called[device] for device in self._legs if device in self._called}
        leaving = self.filling and len(self.strangers) == len([one for one in self._legs if one not in self._called])
        lacking = max(len(self.missing) - leaving, 0)
        absent = self.unplugged[:lacking]
        there = (name for name in wanted if name in inside or name in absent)
        return (*there, *sorted(self.known_as(device) for device in self.strangers))

    @property
    def returned(self) -> list[Carrier]:
        """Members that carry a leg which is not part of it now: they were away, and know nothing of what came since."""
        return [one for one in self.found.carriers if one.device in self._called and one.device not in self._legs]

    @property
    def old_legs(self) -> list[Carrier]:
        """Other devices with a leg of it: what was replaced and came back, or a clone."""
        return [one for one in self.found.carriers if one.device not in self._called and one.device not in self._legs]

    def outdated(self, carrier: Carrier, bare: bool) -> bool:
        """Whether it is certain that nothing is lost with this leg: the place is another's, or time went on and (unless
        `bare`) a second copy of everything stayed."""
        if carrier.commit is None or not carrier.content:
            return False
        taken = carrier.devid in self._legs.values()
        if self.mounted:
            return taken or (carrier.devid in self.missing and not bare)
        return carrier.commit < self.newest and (taken or not bare)

    def displaced(self, member: str) -> bool:
        """Whether a device of no member is mounted in this member's place: which of the two is right, nobody knows."""
        disk = self.found.disks.get(self.devices.get(member, ""))
        mine = {one.devid for one in self.found.carriers if one.device == disk}
        return any(self._legs[device] in mine for device in self.strangers)

    @property
    def unknown(self) -> list[str]:
        """Devices that may carry a leg of it: those that sleep unknown, and members that cannot be read."""
        return [device for device, why in self.found.dark.items() if why == "asleep" or device in self._called]

    @property
    def label(self) -> str:
        """As the file system has it."""
        if self.mounted:
            return self._shown[0]
        return next((carrier.label for carrier in self._current), "")

    @property
    def state(self) -> str:
        """`whole` or `degraded`."""
        if self.missing:
            degraded = "degraded" in (self.found.mounted or "").split(",")
            return "degraded, mounted so" if degraded else "degraded" if self.mounted else "degraded, not mounted"
        return "whole"

    @cached_property
    def action(self) -> str:
        """What it is busy with."""
        if not self.mounted:
            return "idle"
        replacing = btrfs_tools.replacing(self.found.tools.get("replace", []))
        balancing = btrfs_tools.balancing(self.found.tools.get("balance", []))
        scrubbing = "scrubbing" if self.scrub and self.scrub.status == "running" else ""
        behind = "writing again what has one copy" if self.found.behind else ""
        return replacing or ("replacing" if self.filling else balancing or behind or scrubbing or "idle")

    @property
    def settled(self) -> bool:
        """Whether a step may change what it is made of."""
        return not self.missing and self.action in ("idle", "scrubbing")

    @cached_property
    def profiles(self) -> dict[str, list[str]]:
        """Data, System, Metadata -> what their chunks are; empty where it is not mounted."""
        return btrfs_tools.profiles(self.found.tools.get("df", [])) if self.mounted else {}

    @property
    def mixed(self) -> str:
        """Chunks of more than one profile, in words; "" where there are none."""
        several = {kind.lower(): found for kind, found in self.profiles.items() if len(found) > 1}
        return "; ".join(f"{kind} is {' and '.join(sorted(found))}" for kind, found in several.items())

    @cached_property
    def scrub(self) -> btrfs_tools.Scrub | None:
        """The last one; None where it is not mounted."""
        return btrfs_tools.scrub(self.found.tools.get("scrub", [])) if self.mounted else None

    @property
    def legs(self) -> list[btrfs_tools.Leg]:
        """Of a mounted one."""
        return self._shown[1] if self.mounted else []

    def called_at(self, path: str) -> str:
        """What a device is called that `btrfs device stats` has under this path, or under its number."""
        if path.startswith("devid:"):
            return f"the missing disk (number {path.removeprefix('devid:')})"
        return self.known_as(self.found.paths.get(path, path.rpartition("/")[2]))


def sighted(found: Found, devices: Mapping[str, str]) -> Sight | None:
    """None where nothing carries it; raises Unparsable when something was not read that could be it."""
    if found.unread:
        raise Unparsable(found.unread[0])
    if found.elsewhere:
        raise Unparsable("it is in use, and not mounted where it could be asked")
    if found.mounted is None and not found.carriers:
        disks = {found.disks.get(designator): member for member, designator in devices.items()}
        for name, why in found.dark.items():
            if name in disks:
                what = "sleeps, and nothing here remembers what it carries" if why == "asleep" else "cannot be read"
                raise Unparsable(f"{disks[name]} {what}")
        return None
    return Sight(found, devices)
