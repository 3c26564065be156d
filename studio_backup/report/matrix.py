"""Datasets by disasters: for every kind of event the worst that it does to a dataset, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio_backup.policy.events import KINDS
from studio_backup.report.text import age

#: What each kind of event is called at the head of a column.
TITLES = {
    "delete": "Deleted by mistake",
    "encrypt": "Files encrypted",
    "disk": "A disk dies",
    "array": "An array is lost",
    "enclosure": "An enclosure dies",
    "controller": "A controller dies",
    "power": "A power surge",
    "machine": "A machine is lost",
    "ransomware": "Ransomware",
    "room": "A room burns",
    "site": "A site burns",
    "control": "Control machine taken",
}


@dataclass(frozen=True)
class Cell:
    """The worst case of one kind of event: how much work is lost, what is left, and when (its subject)."""

    lost: str
    left: str
    subject: str
    all_is_lost: bool


def columns_of(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """The kinds of events that can happen here, in the order of reports."""
    there = {str(event["event"]) for event in events}
    return [*(kind for kind in KINDS if kind in there), *sorted(there.difference(KINDS))]


def matrix(events: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Cell]]:
    """Dataset -> kind of event -> its worst case. `events` as the JSON of what-if has them."""
    worst: dict[str, dict[str, Mapping[str, Any]]] = {}
    for event in events:
        row = worst.setdefault(event["dataset"], {})
        known = row.get(event["event"])
        if known is None or _weight(event) > _weight(known):
            row[event["event"]] = event
    return {dataset: {kind: _cell(event) for kind, event in row.items()} for dataset, row in worst.items()}


def _weight(event: Mapping[str, Any]) -> tuple[bool, int]:
    return event["lost"] is None, event["lost"] or 0


def _cell(event: Mapping[str, Any]) -> Cell:
    lost = event["lost"]
    word = "everything" if lost is None else "nothing" if lost == 0 else age(lost)
    return Cell(word, ", ".join(event["left"]) or "nothing", event["subject"] or "", lost is None)
