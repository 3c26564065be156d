"""Quiet hours of Time Machine: a launchd job that stops a backup which runs in them, since macOS has no such hours."""

from __future__ import annotations

from studio_backup.compile.collect import Collector, owner_mark
from studio_backup.paths import configuration, label_prefix
from studio_backup.resources.launchd_job import LaunchdJob, property_list
from studio_backup.source import Place
from studio_backup.spec.macos import quiet_hours
from studio_backup.spec.model import System

#: Minutes between two looks.
_EVERY = 5
_DAY = 24 * 60


def keep_quiet(collected: Collector, system: System, hours: str, place: Place) -> str:
    """The job and its program, on a system that has a Time Machine of ours."""
    first, last = quiet_hours(hours)
    program = collected.program(system, "quiet.sh", place)
    label = f"{label_prefix(collected.studio.name)}quiet-{system.name}"
    path = f"{configuration(collected.studio.name, system.os)}/quiet.sh"
    looks = range(first, last if first < last else last + _DAY, _EVERY)
    values: dict[str, object] = {
        "Label": label,
        "ProgramArguments": ["/bin/sh", path, str(first), str(last)],
        "StartCalendarInterval": [{"Hour": at % _DAY // 60, "Minute": at % 60} for at in looks],
        "ProcessType": "Background",
    }
    mark = owner_mark(collected.studio.name, f"{system.full_name}/{LaunchdJob.kind}/{label}", place)
    return collected.add(
        LaunchdJob(
            system=system.full_name, name=label, place=place, text=property_list(mark, values), requires=(program,)
        )
    )
