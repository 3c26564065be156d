"""Making one copy now on Windows: the documents that start its task and follow it, or only look."""

from __future__ import annotations

from studio_backup.compile import Route
from studio_backup.compile.windows import JOB_PARTS
from studio_backup.paths import below, configuration, state
from studio_backup.spec.model import System
from studio_backup.windows.document import document


def start(route: Route, accept: str, who: str, system: System, nothing: str) -> str:
    """Starts the task of the job and follows it, as `running.start` says; `nothing`: no such run was refused here."""
    values = {
        "state": state(route.studio, system.os),
        "id": route.id,
        "folder": f"\\studio-backup\\{route.studio}\\",
        "task": route.id,
        "accept": accept,
        "who": who,
        "nothing": nothing,
    }
    return document(("holding.ps1", "running.ps1"), "Start-CopyNow", values)


def preview(route: Route) -> str:
    """What a run of the job would do: its own parts, told to look alone."""
    path = below(configuration(route.studio, route.writer.os), "jobs", f"{route.id}.json")
    return document((*JOB_PARTS[1:], "running.ps1"), "Show-CopyPreview", {"path": path})
