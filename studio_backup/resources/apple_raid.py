"""AppleRAID sets, looked at and never made or mended: diskutil erases without a question, and chooses all names.

A set is known by the UUIDs of its members, which are those that `diskutil appleRAID list` prints; never by diskN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from studio_backup.paths import MAC_TOOLS
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, fixed, guarded, watched
from studio_backup.resources.mac_told import TOLD, asked, listed, text_of
from studio_backup.source import Place

_SCRIPT = f"""{TOLD}
told sets {MAC_TOOLS["diskutil"]} appleRAID list -plist
printf 'complete\\n'"""

_LEVELS = {"Mirror": "mirror", "Stripe": "stripe", "Concat": "concat"}
_ONLINE = "Online"
#: Said to people where there is none; whether also where a property list is asked for, nobody has recorded.
_NO_SETS = "No AppleRAID sets found"


@dataclass(frozen=True, kw_only=True)
class AppleRaid(Watched):
    """One set; its name is the inventory's."""

    kind: ClassVar[str] = "apple-raid"
    summary: ClassVar[str] = "disks joined by AppleRAID: level, members, and how each of them is (a spec writes it)"
    adoptable: ClassVar[bool] = True

    level: str = fixed()
    members: tuple[str, ...] = guarded()  # names of disks; in what is seen also the UUIDs of those of no member
    state: str = watched("online")
    faults: str = watched("none")
    rebuilding: str = watched("no")
    rebuild: str | None = watched(None)  # whether a disk that waits is filled by itself: automatic or manual

    devices: Mapping[str, str] = field(default_factory=dict, compare=False)  # member -> UUID

    def probe(self) -> Probe:
        """All sets, last of all, since a disk may hang."""
        return Probe(script=_SCRIPT, touches=True)

    def parse(self, reply: Reply) -> Self:
        """The set that has most of the members; where none has one, the set is seen not to be there."""
        said = asked(reply, "sets")
        found = {"AppleRAIDSets": []} if said.text.strip() == _NO_SETS else said.plist()
        if "AppleRAIDSets" not in found:
            raise Unparsable(str(found.get("ErrorMessage") or "diskutil's answer has no list of sets"))
        called = {uuid.upper(): name for name, uuid in self.devices.items()}
        sets = [_Set.of(one) for one in listed(found["AppleRAIDSets"], "the list of sets")]
        ours = [one for one in sets if called.keys() & one.members.keys()]
        if len(ours) > 1:
            raise Unparsable(f"its members are in {len(ours)} sets: {' and '.join(one.name for one in ours)}")
        if not ours:
            return self._seen(self.level, (), "not there", "none", "no", self.rebuild)
        one = ours[0]
        if one.level not in _LEVELS:
            raise Unparsable(f"diskutil calls its level {one.level}")
        names = {uuid: called.get(uuid, uuid) for uuid in one.members}
        faults = {names[uuid]: status for uuid, status in one.members.items() if not _well(status)}
        filling = {names[uuid]: status for uuid, status in one.members.items() if _filling(status)}
        inside = tuple(name for name in self.members if name in names.values())
        others = tuple(sorted(name for name in names.values() if name not in self.members))
        return self._seen(
            _LEVELS[one.level],
            (*inside, *others),
            one.status.lower(),
            "; ".join(f"{name} is {status}" for name, status in sorted(faults.items())) or "none",
            "; ".join(f"{name}: {status}" for name, status in sorted(filling.items())) or "no",
            self.rebuild and one.rebuild.lower(),
        )

    def _seen(
        self, level: str, members: tuple[str, ...], state: str, faults: str, rebuilding: str, rebuild: str | None
    ) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, devices=self.devices,
            level=level, members=members, state=state, faults=faults, rebuilding=rebuilding, rebuild=rebuild,
        )  # fmt: skip

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """What a person does about it, at that Mac: whatever diskutil does here erases a disk, and asks nobody."""
        if seen.state == "not there":
            fix = (
                "plug its disks in; or make it there with Disk Utility, then write the UUIDs of its members, as "
                "`diskutil appleRAID list` prints them, as id: of the disks"
            )
            return f"no set has {' or '.join(self.members)}: sets are not made from here", fix
        if fields & {"level", "members"}:
            fix = "write what is there into the inventory; or change the set there, with Disk Utility"
            return f"what the set is made of differs: {', '.join(sorted(fields & {'level', 'members'}))}", fix
        if seen.faults != "none" and self.level == "mirror":
            fix = (
                "put a new disk in, then at that Mac: diskutil appleRAID repairMirror SET DISK, which erases DISK; "
                "then remove the old member, and write the new one's UUID as id: of the disk"
            )
            return "the set goes on without a member", fix
        if seen.faults != "none":
            return "a member failed, and nothing stands in for it", "restore what was on it from a copy"
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the inventory's name, which nothing on the machine has."""
        return cls(system=system, name=name, place=place, level="", members=())


@dataclass(frozen=True)
class _Set:
    name: str
    level: str
    status: str
    rebuild: str
    members: Mapping[str, str]  # UUID -> status

    @classmethod
    def of(cls, found: dict[str, Any]) -> _Set:
        legs = [*listed(found.get("Members"), "the members of a set"), *_spares(found)]
        return cls(
            name=text_of(found.get("Name"), "the name of a set"),
            level=text_of(found.get("Level"), "the level of a set"),
            status=text_of(found.get("Status"), "the state of a set"),
            rebuild=text_of(found.get("Rebuild"), "how a set rebuilds"),
            members={
                text_of(leg.get("AppleRAIDMemberUUID"), "the UUID of a member").upper(): text_of(
                    leg.get("MemberStatus"), "the state of a member"
                )
                for leg in legs
            },
        )


def _spares(found: dict[str, Any]) -> list[dict[str, Any]]:
    return listed(found.get("Spares", []), "the spares of a set")


def _well(status: str) -> bool:
    return status in (_ONLINE, "Spare") or _filling(status)


def _filling(status: str) -> bool:
    """In the listing for people it is `5% (Rebuilding)`; whether that is the word here, too, nobody has recorded."""
    return "rebuilding" in status.lower()
