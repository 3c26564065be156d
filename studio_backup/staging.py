"""Where files that steps write wait, and how they come there: under their final names, beside where they belong."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from studio_backup.paths import CONFIGURATION, DAEMONS, UNITS, top_of
from studio_backup.step import Task


def staged_at(tasks: Iterable[Task], token: str) -> dict[str, str]:
    """Where each staged file waits: one 0700 directory a final directory, on the same file system."""
    places: dict[str, str] = {}
    directories: dict[str, int] = {}
    for file in (file for task in tasks for step in task.steps for file in step.staged):
        directory, name = file.path.rsplit("/", 1)
        top = directory if directory in (UNITS, DAEMONS) else top_of(directory) or CONFIGURATION
        number = directories.setdefault(directory, len(directories))
        places[file.path] = f"{top}/.studio-backup-stage.{token}/{number}/{name}"
    return places


def tops(places: dict[str, str]) -> list[str]:
    """The directories in which all of them wait; they go with all that is in them."""
    return sorted({place.rsplit("/", 2)[0] for place in places.values()})


def stage(tasks: Sequence[Task], places: dict[str, str]) -> Iterable[str]:
    """The lines that write them there, once what an earlier wave left is gone; each ends the script where it fails."""
    files = {file.path: file for task in tasks for step in task.steps for file in step.staged}
    if not files:
        return
    leftovers = " ".join(f"{top.rsplit('.', 1)[0]}.*" for top in tops(places))
    yield f"rm -rf {leftovers}"
    yield f"mkdir -p {shlex.join(sorted({place.rsplit('/', 1)[0] for place in places.values()}))} || give_up"
    for path, file in files.items():
        yield f"printf %s {shlex.quote(file.text)} >{shlex.quote(places[path])} || give_up"
    for mode in sorted({file.mode for file in files.values()}):
        chosen = shlex.join(places[path] for path, file in files.items() if file.mode == mode)
        yield f"chmod {mode} {chosen} || give_up"
