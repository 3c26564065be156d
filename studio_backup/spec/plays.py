"""What the plays say under one key, for each machine that they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from studio_backup.source import Document, Entry, Listing, Mapping, Place
from studio_backup.spec.findings import Findings
from studio_backup.spec.hosts import matching
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.layers import Effective
from studio_backup.spec.model import Machine
from studio_backup.spec.outside import Account, Drive
from studio_backup.spec.rules import Policy


@dataclass
class Held:
    """What is known of the inventory when the playbooks are read."""

    inventory: Inventory
    effective: dict[str, Effective]
    machines: dict[str, Machine]
    findings: Findings
    drives: dict[str, Drive] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)  # the studio's own
    trees: dict[str, Mapping] = field(default_factory=dict)  # dataset -> its filled tree
    kept: dict[tuple[str, str, str], Mapping] = field(default_factory=dict)  # machine, kind, name -> its filled tree
    places: dict[str, Place] = field(default_factory=dict)  # what is named -> where a play first gave it


def given(documents: Sequence[Document], key: str, held: Held) -> Iterator[tuple[str, str, Entry, bool]]:
    """Machine, name, what the play says of it under `key`, and whether that has problems already."""
    for document in documents:
        plays = document.root.items if isinstance(document.root, Listing) else []
        for number, play in enumerate(plays):
            entries = play.get(key) if isinstance(play, Mapping) else None
            if not isinstance(entries, Mapping) or (number, "hosts") in document.damaged:
                continue
            machines = matching(play, held.inventory, held.machines, held.findings)
            for name, entry in entries.entries.items():
                damaged = (number, key, name) in document.damaged
                for machine in machines:
                    yield machine, name, entry, damaged


def check_hosts(documents: Sequence[Document], held: Held) -> None:
    """Report `hosts:` that match nothing, also of plays that say nothing else."""
    for document in documents:
        plays = document.root.items if isinstance(document.root, Listing) else []
        for number, play in enumerate(plays):
            if (number, "hosts") not in document.damaged:
                matching(play, held.inventory, held.machines, held.findings)


def first_to_give(title: str, key: tuple[str, ...], place: Place, held: Held) -> bool:
    """False, and reported, where another play has given the same thing already."""
    first = held.places.setdefault("\0".join(key), place)
    if first is place:
        return True
    message = f"'{title}' is given by two plays: first at {first}"
    held.findings.add(place, "SB306", message, "rename one of the two, or narrow hosts:")
    return False
