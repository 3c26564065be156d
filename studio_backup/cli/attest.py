"""`attest`: note what somebody saw of a thing that no program can see, with a name and an end."""

from __future__ import annotations

import time

import click

from studio_backup.cli.evidence import record_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.cli.words import check_maintained, end_of, name_of, subject_of, word_of
from studio_backup.facts import ATTESTED, ATTESTED_FOR, Fact
from studio_backup.report import known as report
from studio_backup.spec.schedule import DAY

#: How long a word holds whose giver says nothing of it.
_HOLDS = {"mfa": 365 * DAY}


@make_command("json")
@click.argument("subject")
@click.option("--by", required=True, metavar="NAME", help="Who saw it.")
@click.option("--what", metavar="WORD", help="What was seen; default: the first of those above.")
@click.option("--expires", metavar="WHEN", help="A day, or a span of time; default: 6 months, a year for mfa.")
@click.option("--note", default="", metavar="TEXT", help="Anything to be remembered with it.")
def command(settings: Settings, subject: str, by: str, what: str | None, expires: str | None, note: str) -> int:
    """Note that NAME saw something of SUBJECT, today. When it expires, it is UNKNOWN, not false.

    \b
    drive:NAME             spun-up, maintained, readable
    disk:MACHINE/DISK      maintained
    account:NAME           mfa (a second factor is asked for)
    copy:DATASET/COPY      made, restored, boots
    system:MACHINE/SYSTEM  boots

    \b
    Example: attest drive:shuttle-1 --by Mara
             attest account:b2 --by Mara --expires 2027-06-01

    Exit codes: 0 noted, 1 error.
    """
    studio = load_studio(settings)
    now = int(time.time())
    subject = subject_of(studio, subject)
    word = word_of(subject, what)
    if word == "maintained":
        check_maintained(studio, subject)
    fact = Fact(
        subject=subject,
        what=word,
        sort=ATTESTED,
        at=now,
        by=name_of(by),
        expires=end_of(expires, now, _HOLDS.get(word, ATTESTED_FOR)),
        note=" ".join(note.split()),
    )
    record = record_of(studio.name)
    record.attest(fact)
    record.close()
    if settings.json:
        settings.document(report.attested(studio.name, fact))
    else:
        settings.write("\n".join(report.attested_lines(fact)))
    return 0
