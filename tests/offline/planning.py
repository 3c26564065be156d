"""The example studio, planned by the product's own code from a recording."""

import json
import time

from studio_backup.cli.scope import scope_of
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.errors import Unreachable
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.report import plan as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import System
from studio_backup.transport import Transport
from tests.lab.story.telling import ROOT
from tests.offline.recording import FILE, Replay, askers


def planned() -> tuple[str, Scope, Plan]:
    """The day of the recording, what the spec wants, and the plan."""
    settings = Settings(inventory=(str(ROOT / "inventory"),), playbooks=(str(ROOT / "playbooks"),))
    scope = scope_of(settings, load_studio(settings))
    recording = json.loads(FILE.read_text(encoding="utf-8"))
    engine = Replay(_nowhere, recording=recording, known=askers(scope))
    return recording["recorded"], scope, look(engine, scope)[1]


def screen(plan: Plan, colour: bool) -> str:
    """The plan as `studio-backup plan` prints it."""
    paint = Paint(colour)
    pending: dict[str, int] = {}
    for change in plan.changes:
        if change.verb == "asleep":
            pending[change.resource.system] = pending.get(change.resource.system, 0) + 1
    return "\n".join([*report.screen(plan, paint, time.time(), pending), "", report.summary(plan, paint)])


def _nowhere(system: System, _: object) -> tuple[Transport, System]:
    raise Unreachable(f"{system.full_name}: a recording connects to nothing")
