"""`run`: make one copy now, or look at what it would do."""

from __future__ import annotations

import contextlib
import re

import click

from studio_backup.cli import completion
from studio_backup.cli.connecting import engine_of
from studio_backup.cli.evidence import evidence_of
from studio_backup.cli.locking import who
from studio_backup.cli.options import command as make_command
from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.compile import Route, routes
from studio_backup.engine import Engine
from studio_backup.errors import StudioBackupError, Unreachable, UsageError
from studio_backup.records import Record, as_json
from studio_backup.report.run import lines_of_preview, lines_of_run, preview_document
from studio_backup.report.text import Paint, size
from studio_backup.running import NO_SUCH_RUN, follow, parse_preview, preview, start
from studio_backup.spec.model import Studio, System
from studio_backup.spec.names import find_copy
from studio_backup.transport import Transport

#: Exit codes of `run` by result (design section 6).
CODES = {"ok": 0, "refused": 5, "failed": 1, "away": 3, "busy": 3, "running": 6}


@make_command("json", connects=True)
@click.argument("copy", metavar="DATASET/COPY", shell_complete=completion.copies)
@click.option(
    "--preview",
    "only_look",
    is_flag=True,
    help="Show what would be copied, rewritten, deleted; write nothing.",
)
@click.option(
    "--accept",
    metavar="RUN-ID",
    default="",
    help="Accept exactly what the refused run RUN-ID was about, once.",
)
def command(settings: Settings, copy: str, only_look: bool, accept: str) -> int:
    """Make one copy now and wait for it.

    \b
    Example: studio-backup run ws-a/sessions/on-nas

    Cut off, the run goes on where it is; `status` shows how it ended.

    Exit codes: 0 done, 1 failed, 3 the source is away or busy, 5 refused for safety, 6 another run is under way.
    """
    if accept and not re.fullmatch(r"[A-Za-z0-9-]+", accept):
        raise UsageError(f"--accept {accept}: not a run's name", "studio-backup status shows refused runs")
    studio = load_studio(settings)
    route = _route(studio, copy)
    evidence = evidence_of(settings, studio.name)
    with Bar(route.copy.full_name, not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, Bar("", on=False))
        try:
            if only_look:
                return _preview(
                    settings, route, engine.reach(studio.machines[route.writer.machine], route.writer.full_name)
                )
            found = made(engine, studio, route, accept, bar)
        finally:
            engine.close()
    if isinstance(found, str):
        raise StudioBackupError(
            f"{route.copy.full_name}: no run: {found}", "studio-backup plan shows whether its job is in place"
        )
    return _done(settings, route, found)


def made(engine: Engine, studio: Studio, route: Route, accept: str, bar: Bar) -> Record | str:
    """Make one copy and wait for it: its record, or why there is none.

    One that is pushed is sent first, and counts when its other end has made a restore point of it. What was refused is
    accepted where it was refused.
    """
    accepted = accept
    if route.pushed:
        if accept:
            found = _started(engine, studio, route, accept, bar)
            if isinstance(found, Record) or NO_SUCH_RUN not in found:
                return found
        sent = _sent(engine, studio, route, accept, bar)
        if isinstance(sent, str) or sent.result != "ok":
            return sent
        accepted = ""
    return _started(engine, studio, route, accepted, bar)


def _started(
    engine: Engine, studio: Studio, route: Route, accept: str, bar: Bar, sender: System | None = None
) -> Record | str:
    system = sender or route.writer
    transport = engine.reach(studio.machines[system.machine], system.full_name)
    remote = transport.open(start(route, accept, who("run"), system))
    return follow(remote, lambda moved, percent, files: bar.show(percent, 100, f"{size(moved)}, {files} files"))


def _sent(engine: Engine, studio: Studio, route: Route, accept: str, bar: Bar) -> Record | str:
    """What the source's system that is up makes of its push; where none is, why."""
    for reader in route.readers[:-1]:
        with contextlib.suppress(Unreachable):
            return _started(engine, studio, route, accept, bar, reader.system)
    return _started(engine, studio, route, accept, bar, route.readers[-1].system)


def _route(studio: Studio, copy: str) -> Route:
    wanted = find_copy(studio, copy)
    route = next(route for route in routes(studio, unread=True) if route.copy.full_name == wanted.full_name)
    if not route.readers:
        raise UsageError(
            f"{wanted.full_name} has no job: its source is not set up yet", "studio-backup validate says why"
        )
    return route


def _preview(settings: Settings, route: Route, transport: Transport) -> int:
    answer = transport.run(preview(route), settings.timeout * 20)
    found = parse_preview(answer.reply.out)
    if found.record is None:
        raise StudioBackupError(
            f"{route.copy.full_name}: no preview: {answer.reply.err.strip() or answer.reason}",
            "studio-backup plan",
        )
    if settings.json:
        settings.document(preview_document(route, found))
    else:
        settings.write("\n".join(lines_of_preview(route, found, Paint(settings.colour), settings.verbose)))
    return CODES[found.record.result]


def _done(settings: Settings, route: Route, record: Record) -> int:
    if settings.json:
        settings.document(as_json(route.dataset.full_name, route.copy.name, record))
    else:
        settings.write("\n".join(lines_of_run(route, record, Paint(settings.colour))))
    return CODES[record.result]
