"""What starts a program of ours: systemd by a service and a timer, launchd by a job with a calendar of its own."""

from __future__ import annotations

from studio_backup.compile.collect import Collector, owner_mark
from studio_backup.paths import configuration, label_prefix, state
from studio_backup.resources.launchd_job import LaunchdJob, property_list
from studio_backup.resources.mac_access import FullDiskAccess
from studio_backup.source import Place
from studio_backup.spec.model import System
from studio_backup.spec.schedule import WEEKDAYS, Schedule

Calendar = list[dict[str, int]]


def calendar(every: Schedule) -> Calendar:
    """StartCalendarInterval: what is missing fits all; empty for `manual`."""
    unit, count, hour, minute = schedule_words(every)
    match unit:
        case "min":
            return [{"Minute": at} for at in range(0, 60, count)]
        case "hour" if count == 1:
            return [{"Minute": 0}]
        case "hour":
            return [{"Hour": at, "Minute": 0} for at in range(0, 24, count)]
        case "day":
            return [{"Hour": hour, "Minute": minute}]
        case "week":
            return [{"Weekday": count, "Hour": hour, "Minute": minute}]
        case "month":
            return [{"Day": count, "Hour": hour, "Minute": minute}]
    return []


def schedule_words(every: Schedule) -> tuple[str, int, int, int]:
    """Unit, its count (a weekday from 1 for Monday, or a day), hour and minute of a schedule's canonical text."""
    words = every.text.split()
    at = words[-1].partition(":") if "at" in words else ("0", ":", "0")
    clock = (int(at[0]), int(at[2]))
    match words:
        case ["manual"]:
            return ("", 0, 0, 0)
        case [count, "min" | "hours"]:
            return ("min" if words[1] == "min" else "hour", int(count), 0, 0)
        case ["hour"]:
            return ("hour", 1, 0, 0)
        case ["week", "on", day, *_]:
            return ("week", WEEKDAYS.index(day) + 1, *clock)
        case ["month", "on", number, *_]:
            return ("month", int(number), *clock)
    return ("day", 0, *clock)


def calendar_words(every: Schedule) -> list[str]:
    """The same for `scheduled.sh`, which finds out from it what was missed."""
    unit, *numbers = schedule_words(every)
    return [unit or "manual", *map(str, numbers)]


def daemon(
    collected: Collector, system: System, name: str, every: Schedule, arguments: list[str], needs: tuple[str, ...],
    place: Place,
) -> str:  # fmt: skip
    """A launchd job that starts these arguments on their calendar, and makes up for what was missed without power.

    Without a calendar (`manual`) it is loaded all the same, for `run` to start it.
    """
    studio = collected.studio.name
    label = f"{label_prefix(studio)}{name}"
    program = f"{configuration(studio, system.os)}/scheduled"
    words = ["/bin/sh", program, state(studio, system.os), name, *calendar_words(every), *arguments]
    values: dict[str, object] = {"Label": label, "ProgramArguments": words}
    if calendar(every):
        # What was missed asleep launchd itself makes up for; what was missed without power, only a start at load can.
        values |= {"RunAtLoad": True, "StartCalendarInterval": calendar(every)}
    values |= {"ProcessType": "Background", "LowPriorityIO": True, "Nice": 10}
    needs = (
        *needs,
        *(collected.program(system, part, place) for part in ("scheduled.sh", "access.sh")),
        collected.state_folder(system, "started", place),
    )
    collected.add(
        FullDiskAccess(
            system=system.full_name,
            name=f"{system.name}-jobs",
            place=system.place,
            ssh=None,
            jobs="yes",
            studio=studio,
        )
    )
    mark = owner_mark(studio, f"{system.full_name}/{LaunchdJob.kind}/{label}", place)
    text = property_list(mark, values)
    return collected.add(LaunchdJob(system=system.full_name, name=label, place=place, text=text, requires=needs))
