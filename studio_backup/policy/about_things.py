"""Warnings about drives, arrays and accounts that hold copies."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from studio_backup.source import Problem
from studio_backup.spec.media import LEGACY, OBSOLETE
from studio_backup.spec.model import Studio
from studio_backup.spec.outside import Drive


def about_things(studio: Studio, used: Collection[str]) -> Iterator[Problem]:
    """Everything about what is there; of drives and accounts only those that hold something (`drive:NAME`)."""
    for drive in studio.drives.values():
        if drive.full_name in used:
            yield from _drive(drive)
    for account in studio.accounts.values():
        if account.full_name in used and account.mfa is None:
            message = f"nobody has said that the account '{account.name}' asks for a second factor"
            fix = "switch it on, and add mfa: {by: NAME, on: YYYY-MM-DD}"
            yield Problem(account.place, "SB512", message, fix)
    for machine in studio.machines.values():
        for array in machine.arrays.values():
            if array.kind == "beyondraid":
                message = (
                    f"'{machine.name}/{array.name}' can be read by a box of its own kind alone, and none is made now"
                )
                yield Problem(array.place, "SB509", message, "keep another copy of everything that is on it")
        for disk in machine.disks.values():
            if disk.interface in LEGACY and not disk.travels:
                message = f"'{machine.name}/{disk.name}' is plugged in by {disk.interface}, which new machines lack"
                yield Problem(disk.place, "SB510", message, "put it into another case, or keep what reads it")


def _drive(drive: Drive) -> Iterator[Problem]:
    if drive.medium == "optical" and drive.refresh_by is None:
        message = f"nothing says until when the discs '{drive.name}' are believed: their life is disputed"
        yield Problem(drive.place, "SB507", message, "add refresh_by: YYYY-MM-DD, and burn them anew by then")
    if (drive.medium == "tape" or drive.format in OBSOLETE) and drive.read_with is None:
        message = f"nothing says what reads '{drive.name}'"
        yield Problem(drive.place, "SB508", message, "name a drive that works: read_with: …; else it is UNKNOWN")
    if drive.format in OBSOLETE or drive.interface in LEGACY:
        what = drive.format if drive.format in OBSOLETE else drive.interface
        message = f"'{drive.name}' is {what}, which new machines cannot read"
        yield Problem(drive.place, "SB510", message, "copy it to something newer while its drive works")
