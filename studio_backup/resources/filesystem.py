"""The file system of a volume: made with a UUID chosen beforehand, on a device that holds exactly what the plan saw."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Derived, Resource, Unparsable, fixed, learned, managed, watched, whole
from studio_backup.resources import device
from studio_backup.resources.destroying import making
from studio_backup.source import Place
from studio_backup.step import Step

_LISTING = "\n".join((device.CONTENT, shipped("disk.sh"), shipped("filesystem.sh")))
_SCRIPT = f'{_LISTING}\nlist_filesystems "$@"'

#: How each is made, with $1 the UUID, $2 the label ("" for none) and $device; forced, for it is guarded by us.
_MAKE = {
    "ext4": 'mkfs.ext4 -q -F -U "$1" ${2:+-L "$2"} "$device"',
    "xfs": 'mkfs.xfs -q -f -m uuid="$1" ${2:+-L "$2"} "$device"',
    "btrfs": 'mkfs.btrfs -q -f -U "$1" ${2:+-L "$2"} "$device"',
}
#: Per cent that must be free.
_ROOM = 5


@dataclass(frozen=True, kw_only=True)
class Filesystem(Resource):
    """One file system on a whole disk or md array; its name is the volume's."""

    kind: ClassVar[str] = "filesystem"
    summary: ClassVar[str] = (
        "a volume's file system: made where it is missing, never over what was not named (a spec writes it)"
    )
    adoptable: ClassVar[bool] = True
    destroys: ClassVar[bool] = True

    type: str = fixed()
    uuid: str = fixed()
    label: str | None = managed(None)
    room: str | None = watched("enough")
    unused: str = watched("none")  # of its device, once that is larger

    on: str = field(default="", compare=False)  # name of the disk or the array
    devices: tuple[str, ...] = field(default=(), compare=False)  # designators: its own, and those of an array's members
    smart: str = field(default="yes", compare=False)  # "no": read without asking whether the disk sleeps
    carrier: str | Derived = learned()  # designator of what it is made on
    found: str | Derived = learned()  # what is there now, as device_content prints it

    @property
    def _asked(self) -> str:
        return "\t".join((self.name, self.uuid, self.smart, *self.devices))

    def probe(self) -> Probe:
        """All file systems in one call, last of all: a disk may hang."""
        return Probe(script=_SCRIPT, args=(self._asked,) if self.devices else (), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Absent where the device does not carry our UUID; what somebody uses is seen as what it is."""
        found = re.search(
            rf"^filesystem\t{re.escape(self.name)}\t.*\n((?:(?!filesystem\t).*\n)*)", whole(reply), re.MULTILINE
        )
        if found is None:
            if self.devices:
                raise Unparsable(f"{self.name} is not in the listing")
            return self  # nothing is asked about what is only to be released
        facts = [line.split("\t") for line in found[1].splitlines()]
        said = {fact[0]: fact[1:] for fact in facts}
        if "unread" in said:
            raise Unparsable(f"what {self.on or 'its device'} carries cannot be read: {said['unread'][0]}")
        carried = [fact[1:] for fact in facts if fact[0] == "signature"]
        uuid = self.uuid or (carried[0][2] if carried else "")
        mine = next((signature for signature in carried if signature[2].lower() == uuid.lower()), None)
        if mine is not None and "half-made" not in said:
            return self._seen(mine[0], uuid, mine[3], _room(said), _unused(said))
        return self._without(facts, said, carried)

    def _without(self, facts: list[list[str]], said: dict[str, list[str]], carried: list[list[str]]) -> Self | None:
        """What it means that the device does not show our UUID."""
        users = "; ".join(fact[1] for fact in facts if fact[0] == "user")
        if users:
            other = next((signature for signature in carried if signature[2]), ["", "", "none", ""])
            return self._seen(f"{other[0]} in use: {users}".strip(), other[2], other[3], self.room)
        match said.get("power", ["awake"]):
            case ["asleep"]:
                raise Unparsable(f"{self.on} sleeps, and nothing here remembers what it carries")
            case ["unknown"]:
                raise Unparsable(f'nothing here tells whether {self.on} sleeps (install smartmontools, or smart: "no")')
        if "absent" in said and "member" in said:
            raise Unparsable(f"the array {self.on} is there and does not run")
        if "absent" in said and len(self.devices) == 1:
            raise Unparsable(f"{self.on} is not there")
        return None

    def _seen(self, kind: str, uuid: str, label: str, room: str | None, unused: str = "none") -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, type=kind, uuid=uuid,
            label=label, room=room, unused=unused,
        )  # fmt: skip

    def hindrance(self) -> tuple[str, str] | None:
        """What sleeps or cannot be read is left alone; a label may change while it is in use."""
        found = str(self.found)
        return None if found.startswith(device.IN_USE) else device.hindrance({self.on: found})

    def create(self) -> tuple[Step, ...]:
        """One step that destroys, right behind its guard: mkfs.ext4 without a terminal asks nobody."""
        contents = {self.on: str(self.found)}
        script = f"""{self._find()}
set -- {shlex.join((self.uuid, self.label or ""))}
wipefs -a -q "$device"
{_MAKE[self.type]} </dev/null
if command -v udevadm >/dev/null; then udevadm settle --timeout=10 || :; fi"""
        title = f"make {self.type} {self.uuid} on {self.on}"
        return (making(self.address, title, script, {self.on: str(self.carrier)}, contents),)

    def _find(self) -> str:
        return f'{_LISTING}\nfind_device {shlex.quote(str(self.carrier))}\n[ -n "$device" ]'

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Its label; all else was decided when it was made."""
        if "label" not in fields or self.label is None:
            return ()
        guard = f"""{self._find()}
device_signatures "$device" | awk -F '\\t' -v uuid={self.uuid.lower()} '
  tolower($4) == uuid {{ found = 1 }} END {{ exit !found }}'"""
        script = f'{self._find()}\nlabel_filesystem "$device" {seen.type} {shlex.quote(self.label)}'
        return (Step(title=f"label {self.on} {self.label}", script=script, guard=guard),)

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a file system that leaves the spec is not touched."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the volume's name, which nothing on the machine has."""
        return cls(system=system, name=name, place=place, type="", uuid="")


def _room(said: dict[str, list[str]]) -> str | None:
    """In words, once little is left; what is not mounted has told nothing."""
    if "room" not in said or int(said["room"][0]) >= _ROOM:
        return "enough"
    return f"{said['room'][0]} % ({said['room'][1]} MB) free"


def _unused(said: dict[str, list[str]]) -> str:
    """In words; what is not mounted has told nothing."""
    if "unused" not in said:
        return "none"
    return "not known" if said["unused"][0] == "?" else f"{said['unused'][0]} MB: it can be grown"
