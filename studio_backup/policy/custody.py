"""Where drives are by the last word on each of them: the studio as it stands today."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from studio_backup.facts import BAG, CLIENT, Custody
from studio_backup.spec.model import Studio
from studio_backup.spec.outside import Drive, Whereabouts


def as_moved(studio: Studio, custody: Mapping[str, Custody]) -> Studio:
    """The same studio with each drive where it was last moved to; one that was never moved is where the spec has it.

    A drive that was moved is plugged into nothing there. Two in one bag are at one place: lost together.
    """
    drives = {name: _moved(drive, studio, custody.get(name)) for name, drive in studio.drives.items()}
    return dataclasses.replace(studio, drives=drives)


def _moved(drive: Drive, studio: Studio, move: Custody | None) -> Drive:
    if move is None:
        return drive if drive.at == drive.home else dataclasses.replace(drive, home=drive.at, plugged_into=None)
    there = whereabouts(move.place, studio)
    if drive.plugged_into is not None and there == drive.home:
        return drive  # back where it stays plugged in
    return dataclasses.replace(drive, home=there, at=there, plugged_into=None)


def whereabouts(place: str, studio: Studio) -> Whereabouts:
    """What a move names: a bag is a place of its own, and so is the shelf of a client that the spec does not name."""
    if place.startswith(CLIENT) and place.removeprefix(CLIENT) in studio.sites:
        place = place.removeprefix(CLIENT)
    site, _, room = ("" if place.startswith((BAG, CLIENT)) else place).partition("/")
    return Whereabouts(site or place, room or None)


def out_of_sight(studio: Studio, custody: Mapping[str, Custody], now: float) -> dict[str, str]:
    """Drives of which nobody knows any more where they are: name -> why."""
    return {
        name: f"{move.by} took it to {move.place}, and that word has run out"
        for name, move in custody.items()
        if name in studio.drives and not move.holds(now)
    }
