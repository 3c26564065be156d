"""Looking at machines and nothing more: connections that end with the look, and what it shows of the copies."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from studio_backup.cli.progress import Bar
from studio_backup.cli.scope import engine_of, evidence_of
from studio_backup.cli.settings import Settings
from studio_backup.compile import Route
from studio_backup.engine import Engine
from studio_backup.errors import EvidenceError
from studio_backup.evidence import Evidence
from studio_backup.probe import Probe
from studio_backup.spec.model import Machine, Studio
from studio_backup.status import Standing, observations, probe, standings


@contextmanager
def reading(settings: Settings, studio: Studio, evidence: Evidence, machines: Sequence[Machine]) -> Iterator[Engine]:
    """An engine that reads these machines, with a bar for what takes long."""
    with Bar("reading", not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, bar, machines, brief=True)
        try:
            yield engine
        finally:
            engine.close()


def seen_copies(settings: Settings, studio: Studio, ways: Sequence[Route]) -> list[Standing]:
    """How each of these copies stands, by what the machines that hold them say now."""
    probes: dict[str, list[Probe]] = {}
    for route in ways:
        probes.setdefault(route.writer.full_name, []).append(probe(route))
    writers = {route.writer.machine for route in ways}
    machines = [machine for machine in studio.machines.values() if machine.name in writers]
    evidence = evidence_of(settings, studio.name)
    with reading(settings, studio, evidence, machines) as engine:
        sightings = engine.read(machines, probes)
    found = standings(ways, sightings)
    try:
        evidence.record_observations(observations(found, int(time.time())))
    except EvidenceError as error:
        settings.say(f"warning: {error.message}")
    return found
