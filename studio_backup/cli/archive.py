"""`archive`: whether a folder has all that its sessions name, before it is closed."""

from __future__ import annotations

from pathlib import Path

import click

from studio_backup.cli.codes import UNSEEN
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.errors import Refused, UsageError
from studio_backup.references import check
from studio_backup.report import archive as report
from studio_backup.report.text import Paint


@make_command("json")
@click.argument("action", type=click.Choice(["check"]))
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def command(settings: Settings, action: str, folder: str) -> int:
    """Read every session in FOLDER and list the files that they name and that are not in it.

    \b
    Example: studio-backup archive check /Volumes/Sessions/Finished/Song

    Read are sessions of REAPER, Ableton Live, Ardour and DAWproject. Of others (Pro Tools, Logic, Cubase …) nobody
    here can tell what they name: they are not checked, which is never the same as whole. Nothing is changed.

    Exit codes: 0 all of it is there, 5 refused: something is elsewhere, missing or damaged, 3 not checked, 1 error.
    """
    del action  # there is one so far
    try:
        checked = check(Path(folder))
    except OSError as error:
        where = error.filename or folder
        raise UsageError(f"{where} cannot be read: {error.strerror}", "let it be read by whoever runs this") from error
    if settings.json:
        settings.document(report.document(folder, checked))
    else:
        settings.write("\n".join(report.screen(folder, checked, Paint(settings.colour))))
    state = report.state_of(checked)
    return Refused.exit_code if state == report.REFUSED else UNSEEN if state == report.UNCHECKED else 0
