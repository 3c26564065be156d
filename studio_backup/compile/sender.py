"""The end that sends a copy which is pushed: its job with key and pins, its guards, and what starts it."""

from __future__ import annotations

from studio_backup.compile.collect import Collector
from studio_backup.compile.landing import sender_conf, sender_key
from studio_backup.compile.route import Reader, Route
from studio_backup.compile.starting import daemon
from studio_backup.compile.units import mounts, service_text, timer_text
from studio_backup.compile.writer import JOB_PARTS, exclude_of, excluded
from studio_backup.paths import configuration
from studio_backup.resources.rsync_program import RsyncProgram


def send(collected: Collector, route: Route, reader: Reader) -> None:
    """Everything that a system needs so that it can push one copy."""
    system, place = reader.system, route.copy.place
    needs = list(collected.volume(system, reader.volume))
    needs += [collected.state_folder(system, name, place) for name in ("runs", "log", "accept", "lock")]
    needs += [collected.program(system, part, place) for part in JOB_PARTS]
    needs += sender_key(collected, route, reader)
    collected.add(RsyncProgram(system=system.full_name, name="push-shared" if route.mixed else "push", place=place))
    path = f"{configuration(route.studio, system.os)}/jobs/{route.id}.conf"
    needs.append(collected.file(system, path, place, sender_conf(route, reader)))
    needs.append(collected.file(system, exclude_of(path), place, excluded(route)))
    if system.os == "macos":
        program = f"{configuration(route.studio, system.os)}/job"
        daemon(collected, system, route.id, route.copy.every, [program, path, "run"], tuple(needs), place)
        return
    body = service_text(route, system, mounts(collected, [(reader.volume, reader.root)]), ())
    service = collected.unit(system, f"{route.unit}.service", place, body, tuple(needs))
    calendar = route.copy.every.on_calendar()
    if calendar:
        collected.unit(system, f"{route.unit}.timer", place, timer_text(route, calendar), (service,))
