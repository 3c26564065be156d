"""`init`: a studio to begin with, from four questions or four options."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import click

from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.errors import Refused, StudioBackupError, UsageError
from studio_backup.starters import STARTERS, Answers, files

_NAME = r"[a-z]([a-z0-9-]{0,29}[a-z0-9])?"
_MOST_ROOMS = 50


@make_command("json")
@click.argument("folder", default=".", type=click.Path(file_okay=False))
@click.option("--name", help="Name of the studio: small letters, digits, dashes.")
@click.option("--starter", type=click.Choice(list(STARTERS)), help="Which studio to begin with.")
@click.option("--rooms", type=click.IntRange(1, _MOST_ROOMS), help="How many workstations, one a room.")
@click.option("--off-site/--no-off-site", default=None, help="Is there a machine at another place?")
def command(
    settings: Settings, folder: str, name: str | None, starter: str | None, rooms: int | None, off_site: bool | None
) -> int:
    """Write a small studio into FOLDER: a whole spec that says what every line is for. Never overwrites anything.

    \b
    Example: studio-backup init --name north --starter home --off-site

    Asks what is not given; where there is no terminal to ask on, all four must be. Connects to nothing.

    Exit codes: 0 written, 1 error, 5 a file stands there already.
    """
    answers = _answers(name, starter, rooms, off_site)
    written = files(answers)
    _write(Path(folder), written)
    if settings.json:
        settings.document({"folder": folder, "files": list(written)})
        return 0
    where = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    lines = [f"  {file}" for file in written]
    settings.write("\n".join([f"{answers.name}: wrote", *lines, f"Next: {where}studio-backup verdict"]))
    return 0


def _answers(name: str | None, starter: str | None, rooms: int | None, off_site: bool | None) -> Answers:
    given = {"--name": name, "--starter": starter, "--rooms": rooms, "--off-site or --no-off-site": off_site}
    if starter == "home":
        given.pop("--rooms")
    missing = [option for option, value in given.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise UsageError(f"there is no terminal to ask on: {', '.join(missing)}", "give them as options")
    if name is None:
        name = click.prompt("What is the studio called? (small letters, digits, dashes)", default="my-studio", err=True)
    if not re.fullmatch(_NAME, name):
        raise UsageError(f"--name {name}: not a name", "small letters, digits and inner dashes, a letter first")
    if starter is None:
        for word, sentence in STARTERS.items():
            click.echo(f"  {word:<7} {sentence}", err=True)
        starter = click.prompt(
            "Which is most like yours?", type=click.Choice(list(STARTERS)), default="rooms", err=True
        )
    if rooms is None and starter != "home":
        question = "How many workstations are there, one a room?"
        rooms = click.prompt(question, type=click.IntRange(1, _MOST_ROOMS), default=2, err=True)
    if off_site is None:
        off_site = click.confirm(
            "Is there a machine at another place, such as somebody's home?", default=True, err=True
        )
    return Answers(name, starter, rooms or 1, off_site)


def _write(folder: Path, written: dict[str, str]) -> None:
    """All of it or nothing: whatever stands in a folder that it would write to is somebody's spec."""
    fix = "init into another folder: init FOLDER"
    try:
        for part in sorted({folder / Path(file).parts[0] for file in written}):
            if part.is_dir() and any(part.iterdir()):
                raise Refused(f"{part} is not empty; nothing was written", fix)
            if os.path.lexists(part) and not part.is_dir():
                raise Refused(f"{part} is no folder; nothing was written", fix)
        for file, text in written.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as opened:
                opened.write(text)
    except FileExistsError as error:
        raise Refused(f"{error.filename} stands there already", fix) from error
    except OSError as error:
        raise StudioBackupError(f"{folder} cannot be written: {error.strerror}", "choose a folder of yours") from error
