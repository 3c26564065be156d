"""Looking at machines and nothing more: connections that end with the look, and what it shows of the copies."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from studio_backup.backed_up import backed_up
from studio_backup.cli.connecting import engine_of
from studio_backup.cli.evidence import evidence_of
from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.compile import Route, compile_studio
from studio_backup.engine import Engine
from studio_backup.errors import EvidenceError
from studio_backup.evidence import Evidence
from studio_backup.probe import Probe
from studio_backup.resource import Resource
from studio_backup.resources.backblaze import Backblaze
from studio_backup.resources.time_machine import TimeMachine
from studio_backup.spec.model import Machine, Studio
from studio_backup.status import Standing, observations, probe, standings
from studio_backup.survey import Answered, read


@contextmanager
def reading(settings: Settings, studio: Studio, evidence: Evidence, machines: Sequence[Machine]) -> Iterator[Engine]:
    """An engine that reads these machines, with a bar for what takes long."""
    with Bar("reading", not settings.json) as bar:
        engine = engine_of(settings, studio, evidence, bar, machines, brief=True)
        try:
            yield engine
        finally:
            engine.close()


def seen_copies(
    settings: Settings, studio: Studio, ways: Sequence[Route], products: Sequence[Resource] = ()
) -> list[Standing]:
    """How each of these copies stands, by what the machines that hold them say now.

    `products` are what other products have to say of their own copies: that is noted, and nothing else is done with it.
    """
    probes: dict[str, list[Probe]] = {}
    for route in ways:
        probes.setdefault(route.writer.full_name, []).append(probe(route))
    for product in products:
        probes.setdefault(product.system, []).append(product.probe())
    asked = {name.partition("/")[0] for name in probes}
    machines = [machine for machine in studio.machines.values() if machine.name in asked]
    evidence = evidence_of(settings, studio.name)
    with reading(settings, studio, evidence, machines) as engine:
        sightings = engine.read(machines, probes)
    found = standings(ways, sightings)
    try:
        now = int(time.time())
        evidence.record_observations(observations(found, now))
        told = [read(one, sight) for one in products if isinstance(sight := sightings.get(one.system), Answered)]
        for fact in backed_up(told, evidence.facts(), now) if told else ():
            evidence.attest(fact)
    except EvidenceError as error:
        settings.say(f"warning: {error.message}")
    return found


def products_of(studio: Studio, names: Collection[str]) -> list[Resource]:
    """What says on its machine when another product last made a copy of one of these datasets."""
    if not any(dataset.external for dataset in studio.datasets.values()):
        return []
    return [
        one
        for one in compile_studio(studio).resources.values()
        if isinstance(one, TimeMachine | Backblaze) and any(copy.rpartition("/")[0] in names for copy in one.copies)
    ]
