"""What can happen, to what, and which places of a dataset it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from studio_backup.facts import BAG
from studio_backup.policy.holding import Holding


def _erased(holding: Holding, word: str) -> bool:
    """True where whoever has this login can erase it now."""
    return word in holding.erasers and not holding.out_of_reach


#: Kinds whose subject is a thing that is lost, with all that was in it.
_LOST: Mapping[str, Callable[[Holding, str], bool]] = {
    "disk": lambda holding, disk: disk in holding.disks and holding.spare < 1,
    "array": lambda holding, array: holding.array == array,
    "volume": lambda holding, volume: f"{holding.machine}/{holding.volume}" == volume,
    "enclosure": lambda holding, name: _hanging_on(holding, "enclosure", name) > holding.spare,
    "controller": lambda holding, name: _hanging_on(holding, "controller", name) > holding.spare,
    "power": lambda holding, name: _hanging_on(holding, "power", name) > holding.spare,
    "machine": lambda holding, machine: holding.machine == machine,
    # What no other system reads is out of reach until it is installed anew; what lies on its own disk goes with it.
    "os": lambda holding, system: holding.readers == {system} or system in holding.systems,
    "account": lambda holding, account: holding.account == account,
    "room": lambda holding, room: holding.room == room,
    "theft": lambda holding, place: _stands_in(holding) == place and not holding.secured,
    "site": lambda holding, site: holding.site == site,
    "bag": lambda holding, bag: holding.site == f"{BAG}{bag}",
    # With its credentials: whatever it can erase. Our copies are pulled from it, so it holds no key to them.
    "ransomware": lambda holding, machine: _erased(holding, f"machine:{machine}"),
    "credential": _erased,
    # Its keys are root on every machine that is not changed at its console only.
    "control": lambda holding, _subject: _erased(holding, "control"),
}
#: Kinds in which what is on the original goes wrong, and is noticed some time later.
_NOTICED = ("delete", "sync", "encrypt")
#: Every kind, in the order of reports, with what happens, for people.
_WORDS = {
    "delete": "files deleted by mistake",
    "sync": "a DAW deletes, syncs follow",
    "encrypt": "files encrypted in place",
    "disk": "disk {} dies",
    "array": "array {} is lost",
    "volume": "volume {} cannot be mounted",
    "enclosure": "enclosure {} dies",
    "controller": "controller {} dies",
    "power": "power {} surges",
    "machine": "machine {} is lost",
    "os": "system {} is broken",
    "ransomware": "ransomware on {}",
    "account": "account {} is locked or lost",
    "credential": "login of {} stolen",
    "room": "room {} burns",
    "theft": "theft in {}",
    "site": "site {} burns or floods",
    "bag": "bag {} is lost on the way",
    "control": "control machine taken",
}
KINDS = tuple(_WORDS)
#: Told only when they are asked for: what they leave is what the loss of the disks below leaves.
HIDDEN = ("volume",)


def _hanging_on(holding: Holding, kind: str, name: str) -> int:
    """How many of its disks are in this enclosure, on this controller or power strip."""
    return sum((kind, name) == shared[:2] for shared in holding.shared)


def _stands_in(holding: Holding) -> str:
    """What a thief walks into: a room, or a site that has none."""
    return holding.room or holding.site


@dataclass(frozen=True, order=True, slots=True)
class Event:
    """One thing that happens: its kind, and to what (the whole name of a disk, array, machine, room or site)."""

    kind: str
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject}" if self.subject else self.kind

    @property
    def words(self) -> str:
        """What happens, for people."""
        return _WORDS[self.kind].format(self.subject)

    @property
    def noticed(self) -> bool:
        """True for what is not seen at once: then it matters how far back a copy reaches."""
        return self.kind in _NOTICED

    def takes(self, holding: Holding) -> bool:
        """True for a place that is gone when this has happened."""
        return self.kind in _LOST and _LOST[self.kind](holding, self.subject)

    def kills(self, holding: Holding) -> set[str]:
        """The disks below it that die, whether the place outlives them or not."""
        if self.kind == "disk":
            return {self.subject} & holding.disks
        return {disk for kind, name, disk in holding.shared if (kind, name) == (self.kind, self.subject)}

    def spoils(self, original: Holding) -> bool:
        """True where what the original holds goes wrong: whatever follows it goes wrong with its next run."""
        return self.noticed or (self.kind == "ransomware" and original.machine == self.subject)


def events_of(holdings: Sequence[Holding]) -> list[Event]:
    """Every event that touches one of these places, in the order of reports; disks of an array one by one."""
    found = {Event("delete"): None, Event("encrypt"): None, Event("control"): None}
    if any(not holding.versioned and not holding.is_original for holding in holdings):
        found[Event("sync")] = None
    for holding in holdings:
        found.update({Event(kind, subject): None for kind, subject in _touching(holding) if subject})
    return sorted(found, key=lambda event: (KINDS.index(event.kind), event.subject))


def _touching(holding: Holding) -> Iterator[tuple[str, str]]:
    yield "machine", holding.machine
    yield "volume", f"{holding.machine}/{holding.volume}" if holding.machine else ""
    bagged = holding.site.startswith(BAG)
    yield "bag", holding.site.removeprefix(BAG) if bagged else ""
    yield "site", "" if holding.account or bagged else holding.site
    yield "room", holding.room
    yield "theft", "" if holding.secured or holding.account or bagged else _stands_in(holding)
    yield "account", holding.account
    yield "array", holding.array
    yield from (("disk", disk) for disk in holding.disks)
    yield from (("os", system) for system in holding.readers | holding.systems)
    yield from (("credential", word) for word in holding.erasers if word.startswith(("person:", "key:")))
    yield from ((kind, name) for kind, name, _ in holding.shared)
    yield "ransomware", holding.machine if holding.is_original else ""
    # A machine with a login that empties an account takes that along with what it holds itself.
    logins = [word for word in holding.erasers if holding.account and word.startswith("machine:")]
    yield from (("ransomware", word.removeprefix("machine:")) for word in logins)


def survivors(holdings: Sequence[Holding], event: Event, noticed_after: float) -> list[Holding]:
    """The places that surely still hold the data as it was; `noticed_after` in seconds, for what is not seen at once.

    If every job runs, at every moment: what follows the original has followed.
    """
    spoilt = any(holding.is_original and event.spoils(holding) for holding in holdings)
    back = noticed_after if event.noticed else 0
    return [
        holding
        for holding in holdings
        if not event.takes(holding)
        and (not spoilt or (holding.versioned and any(depth.back >= back for depth in holding.depths)))
    ]
