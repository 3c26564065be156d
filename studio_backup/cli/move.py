"""`move`: note where a drive is from now on, by whose word; with a receipt to sign."""

from __future__ import annotations

import time

import click

from studio_backup.cli.evidence import record_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.words import drive_of, end_of, name_of, place_of
from studio_backup.facts import ATTESTED_FOR, BAG, CLIENT, Custody
from studio_backup.policy.custody import as_moved
from studio_backup.report import known as report
from studio_backup.spec.model import Studio
from studio_backup.spec.schedule import DAY

#: How long a drive may be on its way before nobody knows where it is.
_ON_ITS_WAY = 7 * DAY


@make_command("json")
@click.argument("drive")
@click.option("--to", "place", required=True, metavar="PLACE", help="A site, SITE/ROOM, bag:NAME or client:NAME.")
@click.option("--by", required=True, metavar="NAME", help="Who takes it there.")
@click.option("--expires", metavar="WHEN", help="When to ask again; default: a bag 7 days, a client 6 months.")
@click.option("--note", default="", metavar="TEXT", help="Anything to be remembered with it.")
@click.option("--receipt", is_flag=True, help="Print a receipt to sign instead.")
def command(settings: Settings, drive: str, place: str, by: str, expires: str | None, note: str, receipt: bool) -> int:
    """Note that NAME takes DRIVE to PLACE, now. From this minute its copies are judged to be there.

    What is in one bag is lost together. When the word expires nobody knows where the drive is, and its copies
    are UNKNOWN until it is moved anew.

    \b
    Example: move shuttle-1 --to bag:red --by Mara
             move shuttle-1 --to home --by Mara
             move shuttle-2 --to client:blue-note --by Mara --receipt

    Exit codes: 0 noted, 1 error.
    """
    studio = load_studio(settings)
    now = int(time.time())
    name, place = drive_of(studio, drive), place_of(studio, place)
    usual = _ON_ITS_WAY if place.startswith(BAG) else ATTESTED_FOR if _at_a_client(studio, place) else None
    move = Custody(
        drive=name,
        place=place,
        at=now,
        by=name_of(by),
        expires=end_of(expires, now, usual),
        note=" ".join(note.split()),
    )
    record = record_of(studio.name)
    before = as_moved(studio, record.custody()).drives[name].home.full_name
    record.move(move)
    after = as_moved(studio, record.custody())
    looks = record.observations()
    record.close()
    if settings.json:
        settings.document(report.moved(studio.name, move, before, report.carried(after, name, looks)))
    elif receipt:
        settings.write("\n".join(report.receipt(after, move, report.carried(after, name, looks))))
    else:
        settings.write("\n".join(report.moved_lines(move, before, report.carried(after, name, looks))))
    return 0


def _at_a_client(studio: Studio, place: str) -> bool:
    """On a client's shelf, whether it is named as one or as a site of the spec."""
    site = studio.sites.get(place.partition("/")[0])
    return place.startswith(CLIENT) or (site is not None and site.kind == "client")
