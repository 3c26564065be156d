"""The report on hundreds of machines beside the survey that it rests on: no network, answers stand in files.

The floor is `plan` on the same studio: the same machines, the same questions, the same record. The report asks each
machine for its copies besides, judges every dataset and writes the owner's page.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks import answers, by_hand, large, offline, studio
from benchmarks.process import Failed, Run, run
from benchmarks.rounds import Rounds, load, ratios
from studio_backup.compile import Route, routes
from studio_backup.probe import Probe, join, merge
from studio_backup.spec.files import load_paths
from studio_backup.spec.retention import point_name
from studio_backup.status import probe
from studio_backup.survey import questions

#: Seconds that the report may take on top of 1.3 times the survey.
ALLOWANCE = 2.0


def measure(systems: int, rounds: int, parallel: int) -> str:
    """Plan and report on `systems` machines, `rounds` times each; returns the report."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        hosts = large.made_up(systems)
        options = studio.write(folder / "spec", hosts)
        (folder / "survey").mkdir()
        with ProcessPoolExecutor(1) as apart:
            apart.submit(large.write_answers, folder / "survey", folder / "spec").result()
            apart.submit(write_answers, folder / "report", folder / "spec").result()
        found = Rounds()
        before = load()
        for number in range(rounds):
            state = {"XDG_STATE_HOME": str(folder / f"state-{number}"), "HOME": str(folder)}
            asked = ["--parallel", str(parallel)]
            found.measure("plan", partial(_run, folder / "survey", [*options, "plan", *asked], state))
            for form in ("table", "html", "json", "junit", "prometheus"):
                command = [*options, "drift", *asked, "--format", form, "--output", str(folder / f"report.{form}")]
                found.measure(f"drift, {form}", partial(_run, folder / "report", command, state))
        _complete(folder, systems)
        size = (folder / "report.html").stat().st_size / 1e6
        return f"{systems} machines; the page is {size:.1f} MB; {before}\n{found.table()}\n{_judged(found)}"


def write_answers(folder: Path, spec: Path) -> None:
    """The files that `offline` answers a report from: what a survey asks, and every copy besides."""
    folder.mkdir()
    made = load_paths([spec / "inventory.yml"], [spec / "playbook.yml"], whole=True).studio
    assert made is not None
    ways: dict[str, list[Route]] = {}
    for route in routes(made, unread=True):
        ways.setdefault(route.writer.machine, []).append(route)
    for name, resources in by_hand.wanted(spec).items():
        mine = [probe(route) for route in ways[name]]
        asked = merge([*questions(resources), *mine])
        texts = [_copies(ways[name]) if _same(one, mine[0]) else answers.text(one, resources) for one in asked]
        files = {
            ".out": answers.framed(texts, offline.NONCE),
            ".err": answers.framed([""] * len(texts), offline.NONCE),
            ".asked": offline.digest(join(asked, offline.NONCE)),
        }
        for suffix, text in files.items():
            (folder / name).with_suffix(suffix).write_text(text, encoding="utf-8")


def _same(one: Probe, other: Probe) -> bool:
    return (one.script, one.touches) == (other.script, other.touches)


def _copies(ways: Sequence[Route]) -> str:
    """Thirty restore points of each copy, the newest of this hour."""
    now = datetime.now(UTC)
    points = "".join(f"point\t{point_name(now - timedelta(days=number))}\n" for number in reversed(range(30)))
    return "".join(f"job\t{route.id}\n{points}volume\tright\n" for route in ways) + "complete\n"


def _run(folder: Path, arguments: Sequence[str], state: Mapping[str, str]) -> Run:
    return run([sys.executable, large.OFFLINE, str(folder), *arguments], extra=state)


def _complete(folder: Path, systems: int) -> None:
    """Every machine was seen and is in every report; raises Failed when not."""
    for form in ("table", "html", "json", "junit", "prometheus"):
        text = (folder / f"report.{form}").read_text(encoding="utf-8")
        if f"ws-{systems:03}/linux" not in text or ("unread" in text.replace("unread:", "") and form == "table"):
            raise Failed(f"not all of {systems} machines are in the {form} report:\n{text[:2000]}")


def _judged(found: Rounds) -> str:
    floor = found.seconds("plan")
    return ratios(
        {
            f"({name} - {ALLOWANCE:g} s) / plan": ((found.seconds(name) - ALLOWANCE) / floor, 1.3)
            for name in found.runs
            if name != "plan"
        }
    )
