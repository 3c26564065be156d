"""Which steps turn the array that is there into the one that is wanted, where md can do that with the data in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studio_backup.resources import md_steps
from studio_backup.resources.destroying import overwriting
from studio_backup.step import Risk, Step

#: Levels that take one more disk while they are in use.
WIDER = ("raid1", "raid5", "raid6")
#: Levels without chunks: whatever the spec says of them has no meaning.
WHOLE = ("raid1", "linear")
#: Levels into which no disk goes but the ones it was made of.
BARE = ("raid0", "linear")


@dataclass(frozen=True, kw_only=True)
class Changing:
    """An array by its UUID, and the members (in it or not) that are wanted. `contents`: what was seen on them."""

    address: str
    name: str
    level: str
    uuid: str
    members: tuple[str, ...]
    devices: Mapping[str, str]
    contents: Mapping[str, str]

    @property
    def _designators(self) -> list[str]:
        return [self.devices[member] for member in self.members]

    def start(self) -> Step:
        """Assembled from what is there."""
        script = md_steps.start(self.uuid, self.name, self._designators)
        return Step(title=f"start the array {self.name}", script=script, risk=Risk.DISRUPTS)

    def put_in(self, new: Sequence[str], old: Sequence[str]) -> tuple[Step, ...]:
        """Each new disk in the place of an old one that still works, while there are such; then into free slots."""
        replaced = [*old, *([None] * len(new))]
        return tuple(self._put_in(member, place) for member, place in zip(new, replaced, strict=False))

    def _put_in(self, member: str, old: str | None) -> Step:
        content, designator = self.contents[member], self.devices[member]
        # A disk that was in this array before is known to it again, and needs only what it missed.
        foreign = self.uuid.replace(":", "") not in content.lower().replace("-", "").replace(":", "")
        if old is None:
            script = md_steps.add(self.uuid, self._designators, designator, wipe=foreign)
            return overwriting(self.address, member, f"put {member} into {self.name}", script, designator, content)
        guard, script = md_steps.replace(self.uuid, self._designators, designator, foreign, old)
        title = f"put {member} into {self.name} in place of {old}"
        step = overwriting(self.address, member, title, script, designator, content)
        return replace(step, guard=f"{step.guard}\n{guard}")

    def widen(self, slots: int) -> Step:
        """All disks that wait become active."""
        guarding, script = md_steps.widen(self.uuid, slots)
        return Step(title=f"widen {self.name} to {slots} disks", script=script, guard=guarding, risk=Risk.DISRUPTS)

    def set_bitmap(self, bitmap: str) -> Step:
        """Which parts were written to is noted on the disks, or no more."""
        title = f"set the bitmap of {self.name} to {bitmap}"
        return Step(title=title, script=md_steps.set_bitmap(self.uuid, bitmap))
