"""`status`: every copy's last run and the age of its newest restore point."""

from __future__ import annotations

import time

from studio_backup.cli.codes import CHANGES, UNSEEN
from studio_backup.cli.options import command as make_command
from studio_backup.cli.reading import seen_copies
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.compile import routes
from studio_backup.report import status as report
from studio_backup.report.text import Paint
from studio_backup.spec.selectors import select


@make_command("json", selects=True, connects=True)
def command(settings: Settings) -> int:
    """Show every copy: its last run and result, its newest restore point, that point's age against its limit.

    Exit codes: 0 every copy is fresh, 2 one is late, refused or failed, 3 nothing worse than one not seen.
    """
    studio = load_studio(settings)
    selection = select(studio, settings.only, settings.leave_out)
    by_place = bool(selection.only) and not any(selector.kind == "dataset" for selector in selection.only)
    chosen = [
        route
        for route in routes(studio, unread=True)
        if selection.dataset(route.dataset.full_name) or (by_place and selection.system(route.writer.full_name))
    ]
    found = seen_copies(settings, studio, chosen)
    now = time.time()
    if settings.json:
        settings.document(report.document(studio.name, found, now))
    else:
        settings.write("\n".join(report.screen(found, now, Paint(settings.colour))))
    words = {standing.word(now) for standing in found}
    bad = any(standing.last and standing.last.result in ("failed", "refused") for standing in found)
    if bad or words & {"late", "none"}:
        return CHANGES
    return UNSEEN if "unknown" in words else 0
