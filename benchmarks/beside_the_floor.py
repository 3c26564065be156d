"""plan, drift and apply beside the floors: the budgets of design section 11, all in the same rounds."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import by_hand, fleet, studio
from benchmarks.process import Run, run
from benchmarks.rounds import Rounds, load, ratios
from tests.lab.machines import places

PROGRAM = str(Path(sys.executable).with_name("studio-backup"))
FLOOR = str(Path(__file__).with_name("floor.py"))


def measure(count: int, rounds: int, parallel: int) -> str:
    """Boot `count` machines and measure `rounds` times; returns the report."""
    with tempfile.TemporaryDirectory() as temporary, fleet.booted(count) as hosts:
        folder = Path(temporary)
        options = studio.write(folder / "spec", hosts, str(places.client_key()))
        wanted = by_hand.wanted(folder / "spec")
        scripts = {name: by_hand.reading(resources) for name, resources in wanted.items()}
        writing = {name: by_hand.making(resources) for name, resources in wanted.items()}
        key = places.client_key()
        plan_floor = by_hand.work(folder / "read.json", hosts, scripts, key, parallel)
        apply_floor = by_hand.work(folder / "write.json", hosts, writing, key, parallel)
        state = {"XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)}

        def ours(command: str, *more: str) -> Run:
            return run([PROGRAM, *options, command, "--parallel", str(parallel), *more], extra=state)

        def floor(path: Path) -> Run:
            return run([sys.executable, FLOOR, str(path)], extra=state)

        found = Rounds()
        before = load()
        for _ in range(rounds):
            fleet.clean(hosts)
            found.measure("apply floor", lambda: floor(apply_floor))
            fleet.clean(hosts)
            found.measure("apply --yes, from nothing", lambda: ours("apply", "--yes"))
            for _ in range(3):
                found.measure("plan floor", lambda: floor(plan_floor))
                found.measure("plan, nothing to change", lambda: ours("plan"))
                found.measure("drift", lambda: ours("drift"))
        return f"{count} hosts, {parallel} at a time; {before}\n{found.table()}\n{_ratios(found)}"


def _ratios(found: Rounds) -> str:
    least = found.seconds("plan floor")
    return ratios(
        {
            "plan / plan floor": (found.seconds("plan, nothing to change") / least, 1.3),
            "drift / plan floor": (found.seconds("drift") / least, 1.3),
            "apply / (2 plan floors + apply floor)": (
                found.seconds("apply --yes, from nothing") / (2 * least + found.seconds("apply floor")),
                1.3,
            ),
        }
    )
