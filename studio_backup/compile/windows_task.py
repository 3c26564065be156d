"""What starts a program of ours on Windows: a scheduled task, its triggers made of a schedule."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.compile.collect import Collector, owner_mark
from studio_backup.compile.route import Route
from studio_backup.compile.starting import schedule_words
from studio_backup.paths import below, configuration
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.source import Place
from studio_backup.spec.model import System
from studio_backup.spec.schedule import WEEKDAYS, Schedule
from studio_backup.spec.wording import MalformedError

#: By its whole path: a task has no PATH of its own to rely on.
POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
#: Where it starts; nothing of ours is looked for there.
FOLDER = r"C:\Windows\System32"
_OPTIONS = ("-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File")
#: What the account can reach, told to whoever looks at the task.
_REACH = (
    "It runs as SYSTEM: it reads and writes every local disk; on the network it is this computer, and nobody to a NAS "
    "that does not know it, but for a password that its configuration names."
)


def triggers(every: Schedule) -> tuple[str, ...]:
    """The triggers of a schedule, in the system's own time; none for `manual`. Raises MalformedError.

    Hours of the day each have a trigger of their own, since a repetition counts on through the night that is an hour
    longer; what comes every hour or more often may count.
    """
    if not every.calendar and every.text != "manual":
        raise MalformedError(
            f"Task Scheduler cannot start anything '{every.text}'", "write 15 min, hour, or day at 02:30"
        )
    unit, count, hour, minute = schedule_words(every)
    clock = f"{hour:02}:{minute:02}"
    match unit:
        case "min":
            return (f"every {count} min",)
        case "hour" if count == 1:
            return ("every hour",)
        case "hour":
            return tuple(f"daily at {at:02}:00" for at in range(0, 24, count))
        case "day":
            return (f"daily at {clock}",)
        case "week":
            return (f"weekly on {WEEKDAYS[count - 1]} at {clock}",)
        case "month":
            return (f"monthly on {count} at {clock}",)
    return ()


def start_task(
    collected: Collector, system: System, name: str, every: Schedule, words: Sequence[str], needs: tuple[str, ...],
    place: Place,
) -> str:  # fmt: skip
    """A task that starts a script of ours (`words`: its path, then its arguments) on its schedule.

    Without a trigger (`manual`) it is there all the same, for `run` to start it.
    """
    studio = collected.studio.name
    full = f"{studio}/{name}"
    address = f"{system.full_name}/{ScheduledTask.kind}/{full}"
    lines = (line.removeprefix("# ") for line in owner_mark(studio, address, place).splitlines())
    return collected.add(
        ScheduledTask(
            system=system.full_name,
            name=full,
            place=place,
            owner=f"{studio} {address}",
            description=" ".join([*lines, _REACH]),
            execute=POWERSHELL,
            arguments=command_line([*_OPTIONS, *words]),
            directory=FOLDER,
            triggers=triggers(every),
            requires=needs,
        )
    )


def job_task(collected: Collector, system: System, route: Route, needs: tuple[str, ...]) -> str:
    """The task of a copy's job: job.ps1 with the configuration of the route."""
    top = configuration(route.studio, system.os)
    words = [below(top, "job.ps1"), "-Configuration", below(top, "jobs", f"{route.id}.json"), "-Action", "run"]
    return start_task(collected, system, route.id, route.copy.every, words, needs, route.copy.place)


def command_line(words: Sequence[str]) -> str:
    """Words as one line that Windows programs part again; none of ours holds a quotation mark or ends with a `\\`."""
    if any('"' in word or word.endswith("\\") for word in words):
        raise AssertionError(f"{words} cannot be told apart on a command line")
    return " ".join(word if word and not set(word) & set(" \t\\") else f'"{word}"' for word in words)
