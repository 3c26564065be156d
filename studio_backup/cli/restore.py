"""`restore`: bring a restore point back into an empty folder, hashes checked, noted as drilled."""

from __future__ import annotations

import tarfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from studio_backup.cli.failures import print_json
from studio_backup.cli.options import command as make_command
from studio_backup.cli.progress import Bar
from studio_backup.cli.scope import engine_of, evidence_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.compile import Route, routes
from studio_backup.diff import Asleep
from studio_backup.engine import Engine
from studio_backup.errors import Refused, StudioBackupError, Unreachable, UsageError
from studio_backup.evidence import Drill
from studio_backup.report.text import age, count, moment, safe, size
from studio_backup.restore import Moved, land, parse_hashes, pump, send, verify
from studio_backup.spec.model import Dataset, Machine, Studio
from studio_backup.spec.names import find_copy, find_dataset
from studio_backup.spec.retention import point_time
from studio_backup.spec.wording import suggest
from studio_backup.status import Standing, probe, standings
from studio_backup.survey import Silent
from studio_backup.transport import Transport


@dataclass(frozen=True)
class Choice:
    """The point that is restored, and the way to the system that holds it."""

    standing: Standing
    point: str


@make_command("json", connects=True)
@click.argument("dataset")
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
@click.option(
    "--to", required=True, metavar="MACHINE:DIR", help="Where to: an empty or new folder on a machine."
)
def command(settings: Settings, dataset: str, copy: str | None, at: str | None, path: str, to: str) -> int:
    """Bring DATASET back from a copy into an empty folder, and check every file's hash where it landed.

    What was restored, and how fast, is noted as a drill. Exit codes: 0 every hash is equal, 1 error, 5 refused.
    """
    studio = load_studio(settings)
    wanted = find_dataset(studio, dataset)
    machine, folder = _target(studio, to)
    path = _inside(path)
    evidence = evidence_of(settings, studio.name)
    with Bar(f"restoring {wanted.full_name}", not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, Bar("", on=False))
        try:
            choice = _choose(engine, studio, wanted, copy, _moment(at))
            receiving = _reach(engine, machine)
            began = time.monotonic()
            moved = _move(engine, choice, path, receiving, folder, bar)
            seconds = time.monotonic() - began
            _check(receiving, folder, moved, settings.timeout)
        finally:
            engine.close()
    name = choice.standing.route.copy.name
    drill = Drill(wanted.full_name, name, choice.point, moved.files, moved.bytes, round(seconds, 3))
    evidence.record_drill(int(time.time()), drill)
    _show(settings, wanted, choice, moved, seconds, to)
    return 0


def _target(studio: Studio, to: str) -> tuple[Machine, str]:
    name, colon, folder = to.partition(":")
    if not colon or not folder.startswith("/") or ".." in folder.split("/"):
        raise UsageError(
            f"--to {to}: not MACHINE:DIR with an absolute folder", "write it like ws-a:/srv/restored"
        )
    if name not in studio.machines:
        raise UsageError(
            f"there is no machine '{name}'", suggest(name, studio.machines, "name a machine of the inventory")
        )
    return studio.machines[name], folder


def _inside(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UsageError(f"--path {path}: must stay inside the dataset", "name a file or folder below it")
    return "/".join(parts)


def _moment(at: str | None) -> float:
    if at is None:
        return float("inf")
    text = at.strip()
    point = point_time(text)
    if point is not None:
        return point.timestamp()
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--at {at}: not a time", "write 2026-11-22, '2026-11-22 14:00' or a restore point's name"
        ) from error
    if len(text) == 10:  # a day means all of it
        when = when.replace(hour=23, minute=59, second=59)
    return (when if when.tzinfo else when.astimezone()).astimezone(UTC).timestamp()


def _choose(engine: Engine, studio: Studio, dataset: Dataset, copy: str | None, limit: float) -> Choice:
    """The newest point that fits, of the copy asked for or of all; among equals the one nearest to the source."""
    chosen = [route for route in routes(studio) if route.dataset is dataset]
    if copy is not None:
        only = find_copy(studio, f"{dataset.full_name}/{copy}")
        chosen = [route for route in chosen if route.copy is only]
    machines = [studio.machines[name] for name in dict.fromkeys(route.writer.machine for route in chosen)]
    probes = {
        route.writer.full_name: [probe(other) for other in chosen if other.writer == route.writer]
        for route in chosen
    }
    found = standings(chosen, engine.read(machines, probes))
    fitting = [
        (point, -index, one) for index, one in enumerate(found) for point in one.points if _fits(point, limit)
    ]
    if fitting:
        point, _, standing = max(fitting, key=lambda item: item[:2])
        return Choice(standing, point)
    unknown = [f"{one.route.copy.full_name}: {one.unknown}" for one in found if one.unknown]
    if unknown:
        raise Unreachable(f"no restore point could be found ({'; '.join(unknown)})", "studio-backup status")
    raise Refused(
        f"{dataset.full_name} has no restore point that fits", "studio-backup status shows what there is"
    )


def _fits(point: str, limit: float) -> bool:
    when = point_time(point)
    return when is not None and when.timestamp() <= limit


def _reach(engine: Engine, machine: Machine) -> Transport:
    """Whichever system of the machine answers: a restore does not care which one is booted."""
    sightings = engine.read([machine], {})
    for name, sighting in sightings.items():
        if not isinstance(sighting, Silent | Asleep):
            return engine.open[name]
    reasons = [sighting.reason for sighting in sightings.values() if isinstance(sighting, Silent)]
    raise Unreachable(f"{machine.name}: {'; '.join(dict.fromkeys(reasons))}", "start it, then try again")


def _move(engine: Engine, choice: Choice, path: str, receiving: Transport, folder: str, bar: Bar) -> Moved:
    route: Route = choice.standing.route
    source = engine.open[route.writer.full_name].open(send(f"{route.target}/points/{choice.point}", path))
    target = receiving.open(land(folder))
    try:
        owner = _landed(target.read(4096).decode("utf-8", "replace"), folder, target.errors())
        try:
            moved = pump(
                source,
                target,
                owner,
                lambda done, name: bar.show(done, None, f"{size(done)} {safe(name)[-40:]}"),
            )
        except (tarfile.TarError, EOFError) as error:
            raise StudioBackupError(
                f"the copy could not be read whole: {source.errors().strip() or error}",
                "try another point: --at TIME or --from COPY",
            ) from error
        if source.exit_status():
            raise StudioBackupError(
                f"the copy could not be read whole: {source.errors().strip()}",
                "try another point: --at TIME or --from COPY",
            )
        if "unpacked" not in _rest(target):
            raise StudioBackupError(
                f"it could not be written: {target.errors().strip()}",
                f"look at {folder}, then restore into a new folder",
            )
        return moved
    finally:
        source.close()
        target.close()


def _landed(line: str, folder: str, errors: str) -> tuple[int, int]:
    word, _, rest = line.strip().partition("\t")
    if word == "refused":
        raise Refused(
            f"{folder} {rest}: a restore never writes over anything",
            "name a folder that is empty or not there yet",
        )
    numbers = rest.split("\t")
    if word != "ready" or len(numbers) != 2 or not all(number.isdigit() for number in numbers):
        raise StudioBackupError(
            f"{folder} cannot be written: {errors.strip() or line.strip()}", "name another folder"
        )
    return int(numbers[0]), int(numbers[1])


def _rest(target: object) -> str:
    text = b""
    while data := target.read(65536):  # type: ignore[attr-defined]
        text += data
    return text.decode("utf-8", "replace")


def _check(receiving: Transport, folder: str, moved: Moved, timeout: float) -> None:
    """Every hash read from the copy must be found again where it landed, and nothing else."""
    answer = receiving.run(verify(folder), max(timeout, 60 + moved.bytes / 20e6))
    landed = parse_hashes(answer.reply.out)
    if landed is None:
        raise StudioBackupError(
            f"what landed could not be hashed: {answer.reply.err.strip() or answer.reason}",
            "restore once more",
        )
    wrong = sorted(
        name for name in landed.keys() | moved.hashes.keys() if landed.get(name) != moved.hashes.get(name)
    )
    if wrong:
        listed = "\n".join(f"  {safe(name)}" for name in wrong[:20])
        raise StudioBackupError(
            f"{count(len(wrong), 'file')} landed otherwise than they were read:\n{listed}",
            "restore once more into a new folder; check that disk",
        )


def _show(
    settings: Settings, dataset: Dataset, choice: Choice, moved: Moved, seconds: float, to: str
) -> None:
    copy = choice.standing.route.copy
    if settings.json:
        print_json(
            {"dataset": dataset.full_name, "copy": copy.name, "restore_point": choice.point, "to": to, "files": moved.files,
             "bytes": moved.bytes, "seconds": round(seconds, 3), "verified": True}
        )  # fmt: skip
        return
    when = point_time(choice.point)
    settings.write(
        f"{dataset.full_name} as it was on {moment(when.timestamp() if when else None)}, from {copy.name}, is in {to}\n"
        f"  {count(moved.files, 'file')}, {size(moved.bytes)} in {age(seconds)}; every hash is equal; noted as a drill.\n"
        "Next: studio-backup status"
    )
