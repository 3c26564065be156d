"""What can happen, and what is left of a dataset when it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from studio_backup.policy.holdings import Holding

#: Kinds whose subject is a thing that is lost, with all that was in it.
_LOST: Mapping[str, Callable[[Holding, str], bool]] = {
    "disk": lambda holding, disk: disk in holding.disks and holding.spare < 1,
    "array": lambda holding, array: holding.array == array,
    "enclosure": lambda holding, name: _hanging_on(holding, "enclosure", name) > holding.spare,
    "controller": lambda holding, name: _hanging_on(holding, "controller", name) > holding.spare,
    "power": lambda holding, name: _hanging_on(holding, "power", name) > holding.spare,
    "machine": lambda holding, machine: holding.machine == machine,
    "room": lambda holding, room: holding.room == room,
    "site": lambda holding, site: holding.site == site,
    # With its credentials: whatever it can write. Copies are pulled from it, so nothing elsewhere can be reached.
    "ransomware": lambda holding, machine: holding.machine == machine,
    # Its keys are root on every machine.
    "control": lambda _holding, _subject: True,
}
#: Kinds in which what is on the original goes wrong, and is noticed some time later.
_NOTICED = ("delete", "encrypt")
#: Every kind, in the order of reports; `control` is no reason to fail a policy.
KINDS = (
    "delete", "encrypt", "disk", "array", "enclosure", "controller", "power", "machine", "ransomware", "room", "site",
    "control",
)  # fmt: skip
_WORDS = {
    "delete": "files deleted by mistake",
    "encrypt": "files encrypted in place",
    "disk": "disk {} dies",
    "array": "array {} is lost",
    "enclosure": "enclosure {} dies",
    "controller": "controller {} dies",
    "power": "power {} surges",
    "machine": "machine {} is lost",
    "ransomware": "ransomware on {}, with its keys",
    "room": "room {} burns",
    "site": "site {} burns or floods",
    "control": "control machine taken, with its keys",
}


def _hanging_on(holding: Holding, kind: str, name: str) -> int:
    """How many of its disks are in this enclosure, on this controller or power strip."""
    return sum((kind, name) == shared[:2] for shared in holding.shared)


@dataclass(frozen=True, order=True)
class Event:
    """One thing that happens: its kind, and to what (the whole name of a disk, array, machine, room or site)."""

    kind: str
    subject: str = ""

    @property
    def words(self) -> str:
        """What happens, for people."""
        return _WORDS[self.kind].format(self.subject)

    @property
    def noticed(self) -> bool:
        """True for what is not seen at once: then it matters how far back a copy reaches."""
        return self.kind in _NOTICED


def events_of(holdings: Iterable[Holding]) -> list[Event]:
    """Every event that touches one of these places, in the order of reports; disks of an array one by one."""
    found: dict[Event, None] = {Event("delete"): None, Event("encrypt"): None, Event("control"): None}
    for holding in holdings:
        places = [
            ("machine", holding.machine),
            ("site", holding.site),
            ("room", holding.room),
            ("array", holding.array),
        ]
        places += [("disk", disk) for disk in holding.disks]
        places += [(kind, name) for kind, name, _ in holding.shared]
        places += [("ransomware", holding.machine)] if holding.is_original else []
        found.update({Event(kind, subject): None for kind, subject in places if subject})
    return sorted(found, key=lambda event: (KINDS.index(event.kind), event.subject))


def survivors(holdings: Sequence[Holding], event: Event, noticed_after: float) -> list[Holding]:
    """The places that still hold the data as it was; `noticed_after` in seconds, for what is not seen at once."""
    if event.noticed:
        return [holding for holding in holdings if holding.versioned and holding.reach >= noticed_after]
    lost = _LOST[event.kind]
    return [holding for holding in holdings if not lost(holding, event.subject)]


def lost_work(left: Sequence[Holding]) -> int | None:
    """Seconds of work that are lost at worst when only these are left; None when nothing is."""
    return min((holding.age for holding in left), default=None)
