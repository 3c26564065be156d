"""A disk, watched: is it the one that the spec means, who uses it, what is on it, and how is it?"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable, Watched, fixed, watched, whole
from studio_backup.resources.device import ASLEEP, CONTENT, IN_USE, NOT_READ, NOT_THERE, designator
from studio_backup.resources.smart import NONE, YEARS, Health, health_of
from studio_backup.source import Place

_SCRIPT = f'{CONTENT}\n{shipped("disk.sh")}\nlist_disks "$@"'

_YOUNG = f"under {YEARS} years"
_SLEEP_UNKNOWN = 'nothing here tells whether it sleeps (install smartmontools; smart: "no" reads it all the same)'


@dataclass(frozen=True, kw_only=True)
class Disk(Watched):
    """One physical device; its name is the one it has in the inventory."""

    kind: ClassVar[str] = "disk"
    summary: ClassVar[str] = "one physical disk: its presence, users, content and health; watched, never changed"

    present: str = watched("yes")
    serial: str | None = fixed(None)  # where the spec says serial and id: the bay may hold another disk
    users: str | None = watched(None)
    content: str | None = watched(None)  # as device_content prints it, or what stands in its place
    health: str | None = watched("passed")
    reallocated: str | None = watched(NONE)
    pending: str | None = watched(NONE)
    wear: str | None = watched(NONE)
    worked: str | None = watched(NONE)
    age: str | None = watched(None)
    device: str = field(default="", compare=False)  # designator: `id:NAME` or `serial:TEXT`
    in_service: str | None = field(default=None, compare=False)  # ISO date
    travels: bool = field(default=False, compare=False)  # one of the studio's drives, under that name
    smart: str = field(default="yes", compare=False)  # "no": never asked, and read without asking whether it sleeps

    @classmethod
    def of(cls, *, by_id: str | None, serial: str | None, in_service: str | None, smart: str = "yes",
           travels: bool = False, system: str, name: str, place: Place) -> Self:  # fmt: skip
        """The value that the inventory's words ask for; one of `by_id` and `serial` must be given."""
        none = NONE if smart == "yes" else None
        return cls(
            system=system,
            name=name,
            place=place,
            device=designator(by_id, serial),
            serial=serial if by_id else None,
            in_service=in_service,
            age=_YOUNG if in_service else None,
            smart=smart,
            travels=travels,
            health="passed" if smart == "yes" else None,
            reallocated=none,
            pending=none,
            wear=none,
            worked=none,
        )

    @property
    def turns(self) -> bool:
        """Whether it was seen to be plugged in and awake: its content was read, or somebody uses it."""
        return self.present == "yes" and not (self.content or ASLEEP).startswith((ASLEEP, NOT_READ, NOT_THERE))

    @property
    def _asked(self) -> str:
        return f"{self.smart}\t{self.serial or ''}\t{self.device}"

    def probe(self) -> Probe:
        """All disks in one call, last of all: a failing one may hang."""
        return Probe(script=_SCRIPT, args=(self._asked,), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: a disk that is not there is seen as such."""
        text = whole(reply)
        found = re.search(rf"^disk\t{re.escape(self._asked)}\n((?:(?!disk\t).*\n)*)", text, re.MULTILINE)
        today = re.match(r"date\t(\d{4}-\d\d-\d\d)\n", text)
        if found is None or today is None:
            raise Unparsable(f"{self.name} is not in the listing")
        facts = [line.partition("\t") for line in found[1].split("\n")]
        said = {word: rest for word, _, rest in facts if word != "fact"}
        if "unread" in said:
            raise Unparsable(f"{self.name} cannot be read: {said['unread']}")
        there = "found" in said
        health = health_of(said.get("smart", "")) if there else Health("unknown (not there)")
        if "problem" in said:
            raise Unparsable(f"{self.name} cannot be read: {said['problem']}; its health: {health.health}")
        users = "; ".join(rest for word, _, rest in facts if word == "user") or None
        content = "\n".join(rest for word, _, rest in facts if word == "fact")
        return dataclasses.replace(
            self,
            present="yes" if there else f"no: {said['several']}" if "several" in said else "no",
            serial=self._serial(said, health.serial) if there else self.serial,
            users=users,
            content=self._content(users, said, content) if there else None if "several" in said else NOT_THERE,
            health=health.health,
            reallocated=health.reallocated,
            pending=health.pending,
            wear=health.wear,
            worked=health.worked,
            age=self._age(date.fromisoformat(today[1])),
        )

    def _serial(self, said: dict[str, str], own: str) -> str | None:
        """The wanted one when anything about the disk carries it; else what it is known by."""
        if self.serial is None:
            return said.get("serial") or own or None
        known = [serial for serial in (said.get("serial", ""), own) if serial]
        if "carries" in said or self.serial in known:
            return self.serial
        if not known:
            raise Unparsable(f"the serial of {self.name} cannot be read")
        return known[0]

    def _content(self, users: str | None, said: dict[str, str], facts: str) -> str:
        if users:
            return IN_USE + users
        if said.get("power") == "asleep":
            return ASLEEP
        if facts:
            return facts
        if said.get("power") == "unknown":
            return NOT_READ + _SLEEP_UNKNOWN
        raise Unparsable(f"nothing is said of what is on {self.name}")

    def _age(self, today: date) -> str | None:
        if self.in_service is None:
            return None
        since = date.fromisoformat(self.in_service)
        months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
        return f"{months // 12} years and {months % 12} months" if months >= YEARS * 12 else _YOUNG

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its name is known."""
        return cls(system=system, name=name, place=place)
