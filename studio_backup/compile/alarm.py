"""What a machine that makes copies needs to say itself that a job failed: a program, its configuration, a timer."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.compile.collect import Collector
from studio_backup.compile.conf import assignments
from studio_backup.compile.route import Route
from studio_backup.compile.starting import daemon
from studio_backup.paths import STATE, configuration, state, unit_prefix
from studio_backup.spec.model import Alarm, System
from studio_backup.spec.schedule import Schedule

#: The parts of the alarm, beside one another on the machine.
ALARM_PARTS = ("alarm.sh", "moment.sh", "lock.sh")


def sound(collected: Collector, routes: Iterable[Route]) -> None:
    """An alarm on every system that makes copies and whose machine has somebody to tell."""
    written: dict[str, list[Route]] = {}
    for route in routes:
        written.setdefault(route.writer.full_name, []).append(route)
    for mine in written.values():
        system = mine[0].writer
        if system.os == "windows":  # `not_set_up` says so
            continue
        alarm = collected.studio.machines[system.machine].alarm
        if alarm is not None:
            _alarm(collected, system, alarm, mine)


def _alarm(collected: Collector, system: System, alarm: Alarm, routes: list[Route]) -> None:
    place, studio = alarm.place, collected.studio.name
    needs = [collected.state_folder(system, name, place) for name in ("alarm", "runs", "lock")]
    needs += [collected.program(system, part, place) for part in ALARM_PARTS]
    path = f"{configuration(studio, system.os)}/alarm.conf"
    values = {
        "studio": studio,
        "host": system.full_name,
        "state": state(studio, system.os),
        "mail": alarm.mail,
        "webhook": alarm.webhook,
        "jobs": "\n".join(f"{route.id} {_limit(route)} {route.copy.full_name}" for route in routes),
    }
    needs.append(collected.file(system, path, place, assignments(values)))
    if system.os == "macos":
        words = [f"{configuration(studio, system.os)}/alarm", path]
        daemon(collected, system, "alarm", Schedule.parse("15 min"), words, tuple(needs), place)
        return
    unit = f"{unit_prefix(studio)}alarm"
    service = collected.unit(system, f"{unit}.service", place, _service(studio, path), tuple(needs))
    collected.unit(system, f"{unit}.timer", place, _TIMER, (service,))


def _limit(route: Route) -> int:
    copy = route.copy
    return copy.max_age if copy.max_age is not None else copy.every.max_age()


def _service(studio: str, path: str) -> str:
    # A mail program may be setgid and write into a spool of its own, so less is closed here than around a job.
    return f"""[Unit]
Description=studio-backup: tells when a job failed
After=network-online.target

[Service]
Type=oneshot
ExecStart={configuration(studio)}/alarm {path}
TimeoutStartSec=2min
Nice=10
ProtectSystem=full
ReadWritePaths={STATE}
ProtectKernelTunables=yes
ProtectControlGroups=yes
"""


_TIMER = """[Unit]
Description=studio-backup: looks whether a job failed

[Timer]
OnCalendar=*:0/15
RandomizedDelaySec=1min
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
