"""Datasets by disasters: for every kind of event the worst that it does to a dataset, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio_backup.report.text import age

#: What each kind of event is called before its worst case.
TITLES = {
    "delete": "Deleted by mistake",
    "sync": "A DAW deletes, syncs follow",
    "encrypt": "Files encrypted",
    "disk": "A disk dies",
    "array": "An array is lost",
    "volume": "A volume cannot be mounted",
    "enclosure": "An enclosure dies",
    "controller": "A controller dies",
    "power": "A power surge",
    "machine": "A machine is lost",
    "os": "A system is broken",
    "ransomware": "Ransomware",
    "account": "An account is lost",
    "credential": "A login is stolen",
    "bag": "A bag is lost on the way",
    "room": "A room burns",
    "theft": "Theft",
    "site": "A site burns",
    "control": "Control machine taken",
}


@dataclass(frozen=True)
class Cell:
    """The worst case of one kind of event: how much work is lost, what is left, and when (its subject)."""

    title: str
    lost: str
    left: str
    subject: str
    all_is_lost: bool


@dataclass(frozen=True)
class Row:
    """One dataset: what costs work, and the kinds of events that cost none whatever they befall."""

    dataset: str
    costly: tuple[Cell, ...]
    harmless: tuple[str, ...]


def matrix(events: Sequence[Mapping[str, Any]]) -> list[Row]:
    """A row a dataset, with the worst case of each kind of event. `events` as the JSON of what-if has them."""
    worst: dict[str, dict[str, Mapping[str, Any]]] = {}
    for event in events:
        row = worst.setdefault(event["dataset"], {})
        known = row.get(event["event"])
        if known is None or _weight(event) > _weight(known):
            row[event["event"]] = event
    return [
        Row(
            dataset,
            tuple(_cell(event) for event in row.values() if event["lost"] != 0),
            tuple(_title(event) for event in row.values() if event["lost"] == 0),
        )
        for dataset, row in worst.items()
    ]


def _weight(event: Mapping[str, Any]) -> tuple[bool, int]:
    return event["lost"] is None, event["lost"] or 0


def _title(event: Mapping[str, Any]) -> str:
    kind = str(event["event"])
    return TITLES.get(kind, kind)


def _cell(event: Mapping[str, Any]) -> Cell:
    lost = event["lost"]
    word = "everything" if lost is None else age(lost)
    left = ", ".join(event["left"]) or "nothing"
    return Cell(_title(event), word, left, event["subject"] or "", lost is None)
