"""The Windows side of copies: volumes, the job with its configuration and password, and the task that starts it."""

from __future__ import annotations

from studio_backup.compile import windows_job
from studio_backup.compile.collect import Collector
from studio_backup.compile.route import Reader, Route
from studio_backup.compile.samba import whence
from studio_backup.compile.windows_files import windows_folder, windows_json, windows_program, windows_state
from studio_backup.compile.windows_task import job_task
from studio_backup.paths import below, configuration
from studio_backup.resources.share_credential import ShareCredential
from studio_backup.spec.model import System

#: The parts of the job, beside one another on the machine.
JOB_PARTS = (
    "job.ps1", "holding.ps1", "volume.ps1", "sentinel.ps1", "walk.ps1", "job-start.ps1", "job-record.ps1",
    "job-volume.ps1", "job-guard.ps1", "job-walk.ps1", "job-compare.ps1", "job-brake.ps1", "job-robocopy.ps1",
    "job-change.ps1", "job-shadow.ps1", "job-share.ps1", "job-push.ps1", "job-clone.ps1", "awake.ps1",
    "job-awake.ps1",
)  # fmt: skip
_STATE = ("runs", "log", "accept", "lock", "busy", "shadow")


def send_from_windows(collected: Collector, route: Route, reader: Reader) -> None:
    """Everything that a Windows system needs so that it can push one copy."""
    system = reader.system
    needs = [*collected.volume(system, reader.volume), _credential(collected, route, system)]
    _job(collected, route, system, windows_job.pushing(collected.studio, route, reader), needs)


def clone_on_windows(collected: Collector, route: Route) -> None:
    """Everything that a Windows system needs so that it can clone one of its volumes to another."""
    system = route.writer
    needs = [*collected.volume(system, route.readers[0].volume), *collected.volume(system, route.volume)]
    _job(collected, route, system, windows_job.cloning(collected.studio, route), needs)


def _job(collected: Collector, route: Route, system: System, values: dict[str, object], needs: list[str]) -> None:
    place = route.copy.place
    needs += [windows_state(collected, system, name, place) for name in _STATE]
    needs += [windows_program(collected, system, part, place) for part in JOB_PARTS]
    path = below(configuration(route.studio, system.os), "jobs", f"{route.id}.json")
    needs.append(windows_json(collected, system, path, place, values))
    job_task(collected, system, route, tuple(needs))


def _credential(collected: Collector, route: Route, system: System) -> str:
    path, secret, place = windows_job.credential(route, system), route.copy.password, route.copy.place
    if secret is None:  # nothing is compiled for a copy that lacks one: SB422
        raise LookupError(route.copy.full_name)
    folder = windows_folder(collected, system, path.rpartition("\\")[0], place)
    return collected.add(
        ShareCredential(
            system=system.full_name,
            name=path,
            place=place,
            requires=(folder,),
            password=whence(secret, route.copy.password_version),
            source=secret,
        )
    )
