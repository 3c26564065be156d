"""`restore`: bring a restore point back into an empty folder, hashes checked, noted as drilled."""

from __future__ import annotations

import time

import click

from studio_backup.cli import completion
from studio_backup.cli.connecting import engine_of
from studio_backup.cli.evidence import evidence_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.engine import Engine
from studio_backup.facts import Drill
from studio_backup.report.restore import document, lines
from studio_backup.report.text import safe, size
from studio_backup.restore.carry import check, move
from studio_backup.restore.choice import Choice, candidates, choose, inside, not_after, receivable, target
from studio_backup.spec.model import Machine, Studio, System
from studio_backup.spec.names import find_dataset
from studio_backup.status import probe, standings
from studio_backup.transport import Transport


@make_command("json", connects=True)
@click.argument("dataset", shell_complete=completion.datasets)
@click.option(
    "--from", "copy", metavar="COPY", help="Restore from this copy; default: the newest fitting point of all."
)
@click.option(
    "--at",
    "at",
    metavar="TIME",
    help="The newest point not after this time, e.g. 2026-11-22 or '2026-11-22 14:00'.",
)
@click.option("--path", default="", metavar="PATH", help="Only this file or folder of the dataset.")
@click.option("--to", required=True, metavar="MACHINE:DIR", help="Where to: an empty or new folder on a machine.")
def command(settings: Settings, dataset: str, copy: str | None, at: str | None, path: str, to: str) -> int:
    """Bring DATASET back from a copy into an empty folder, and check every file's hash where it landed.

    \b
    Example: restore ws-a/sessions --at 2026-11-22 --to ws-a:/srv/back
    On Windows: restore ws-a/sessions --to ws-a:D:/Restored

    What was restored, and how fast, is noted as a drill. What Windows cannot hold is listed.

    Exit codes: 0 every hash is equal, 1 error or something could not land, 5 refused.
    """
    studio = load_studio(settings)
    wanted = find_dataset(studio, dataset)
    machine, folder = target(studio, to)
    path, limit = inside(path), not_after(at)
    evidence = evidence_of(settings, studio.name)
    with Bar(f"restoring {wanted.full_name}", not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, Bar("", on=False))
        try:
            choice = _choose(engine, studio, wanted.full_name, copy, limit)
            holding = engine.open[choice.standing.route.writer.full_name]
            receiving = engine.reach(machine)
            receivable(_answering(engine, machine, receiving), folder, to)
            began = time.monotonic()
            moved = move(
                holding, choice, path, receiving, folder, lambda done, name: bar.show(done, None, _now(done, name))
            )
            seconds = time.monotonic() - began
            check(receiving, folder, moved, settings.timeout)
        finally:
            engine.close()
    name = choice.standing.route.copy.name
    drill = Drill(wanted.full_name, name, choice.point, moved.files, moved.bytes, round(seconds, 3), whole=not path)
    if not moved.lacking:
        evidence.record_drill(int(time.time()), drill)
    if settings.json:
        settings.document(document(drill, to, moved.lacking))
    else:
        settings.write("\n".join(lines(drill, to, moved.lacking)))
    return 1 if moved.lacking else 0


def _answering(engine: Engine, machine: Machine, receiving: Transport) -> System:
    """The system of the machine that this is the way to."""
    return next(one for one in machine.systems.values() if engine.open.get(one.full_name) is receiving)


def _now(done: int, name: str) -> str:
    return f"{size(done)} {safe(name)[-40:]}"


def _choose(engine: Engine, studio: Studio, dataset: str, copy: str | None, limit: float) -> Choice:
    """Ask every system that writes a copy of the dataset which points it has."""
    chosen = candidates(studio, studio.datasets[dataset], copy)
    machines = [studio.machines[name] for name in dict.fromkeys(route.writer.machine for route in chosen)]
    probes = {
        name: [probe(route) for route in chosen if route.writer.full_name == name]
        for name in dict.fromkeys(route.writer.full_name for route in chosen)
    }
    return choose(studio.datasets[dataset], standings(chosen, engine.read(machines, probes)), limit)
