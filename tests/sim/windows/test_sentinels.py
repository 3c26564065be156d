"""Marking a volume of Windows: over no other mark, and what stands in the way is called what it is."""

from __future__ import annotations

import pytest

from studio_backup.programs import shipped
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.source import Place
from tests.sim.windows.copying import fresh_disks
from tests.sim.windows.machine import Windows
from tests.windows_copies import SESSIONS

LINE = f"northlight\tws-a/sessions\t{SESSIONS}"
WANTED = WindowsSentinel(system="ws-a/windows", name="S:\\", place=Place("i.yml", 1, 1), text=LINE, id=SESSIONS)
MARK = ".studio-backup-volume"


def refused(windows: Windows) -> str:
    """Why its guard refuses; "" where it lets it be written."""
    (step,) = WANTED.create()
    outcome = windows.run(shipped("fragment.ps1"), arguments=(step.guard, list(step.args), "", False))
    (found,) = outcome.emitted
    return str(found.get("err")).split(" [")[0]


def another(windows: Windows) -> None:
    (windows.drives.root("S") / MARK).write_text("northlight\tws-a/other\tx\n")


def ours(windows: Windows) -> None:
    (windows.drives.root("S") / MARK).write_text(f"{LINE}\n")


def folder(windows: Windows) -> None:
    (windows.drives.root("S") / MARK).mkdir()


def unlisted(windows: Windows) -> None:
    windows.state["troubles"].append({"path": "S:\\", "what": "denied", "access": ("list",)})


def nothing(windows: Windows) -> None:
    del windows


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (nothing, ""),
        (ours, ""),
        (another, "another sentinel stands at S:\\: northlight\tws-a/other\tx"),
        (folder, "something else than a sentinel has its name at S:\\"),
        (unlisted, "the sentinel at S:\\ cannot be looked for: Access to the path 'S:\\' is denied."),
    ],
)
def test_what_keeps_it_from_being_written(windows: Windows, there: object, said: str) -> None:
    fresh_disks(windows)
    assert callable(there)
    there(windows)
    assert refused(windows) == said
