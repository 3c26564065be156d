"""From a studio to what each of its systems should have: every copy becomes resources on both its ends."""

from __future__ import annotations

from studio_backup.compile.alarm import sound
from studio_backup.compile.collect import Collector, Compiled
from studio_backup.compile.macos import keep_macos
from studio_backup.compile.reader import serve
from studio_backup.compile.route import Route
from studio_backup.compile.routes import routes
from studio_backup.compile.sender import send
from studio_backup.compile.storage import Storage
from studio_backup.compile.windows import clone_on_windows, send_from_windows
from studio_backup.compile.windows_kept import keep_windows
from studio_backup.compile.windows_storage import keep_windows_storage
from studio_backup.compile.writer import receive
from studio_backup.spec.lint.jobs import can_send, runs_jobs
from studio_backup.spec.model import Copy, Dataset, Studio, System

__all__ = ["Compiled", "Route", "compile_studio", "not_set_up", "routes"]


def not_set_up(studio: Studio) -> list[str]:
    """One sentence for each system whose side of a copy this version cannot set up: nobody may take it for covered."""
    return [
        f"{system.full_name} runs {system.os}: its side of {dataset.full_name} is not set up; {_way_out(system)}"
        for dataset in studio.datasets.values()
        for system in studio.machines[dataset.machine].systems.values()
        if system.os != "linux" and not all(_works(system, one) for one in _first(dataset))
        if system.name in studio.machines[dataset.machine].volumes[dataset.volume].paths
    ] + [
        f"{name} runs windows: the alarm of its machine is not sounded there; status and the report tell what failed"
        for name in dict.fromkeys(
            route.writer.full_name
            for route in routes(studio)
            if route.writer.os == "windows" and studio.machines[route.writer.machine].alarm is not None
        )
    ]


def _way_out(system: System) -> str:
    """What could be done about it."""
    if system.os == "macos":
        return "nothing is fetched from a Mac: write transfer: push into its copies"
    return "nothing is fetched from Windows: write transfer: push into its copies, or mode: clone between its own disks"


def _works(system: System, copy: Copy) -> bool:
    return can_send(system) if copy.transfer == "push" else runs_jobs(system, copy.machine == system.machine, copy.mode)


def _first(dataset: Dataset) -> list[Copy]:
    """The copies that are made from the data itself: their source is this side."""
    return [copy for copy in dataset.copies.values() if copy.source_copy is None]


def compile_studio(studio: Studio) -> Compiled:
    """All resources of all systems, each once, in the order of the spec."""
    collected = Collector(studio)
    Storage(collected).keep()
    keep_macos(collected)
    keep_windows(collected)
    keep_windows_storage(collected)
    for route in routes(studio):
        collected.serving = route.dataset.full_name
        if route.writer.os == "windows":
            clone_on_windows(collected, route)
            continue
        receive(collected, route)
        for reader in route.readers:
            if reader.system.os == "windows":
                send_from_windows(collected, route, reader)
            elif route.pushed:
                send(collected, route, reader)
            else:
                serve(collected, route, reader)
    collected.serving = ""
    sound(collected, routes(studio))
    return collected.compiled()
