"""What a shell may complete from the spec: selectors, datasets, copies, machines, addresses; never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

# Every command offers completion, and only completing loads a spec.
if TYPE_CHECKING:
    from studio_backup.spec.model import Studio

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def _completes(words: Callable[[Studio], Iterable[str]]) -> Complete:
    """Those of the spec's words that begin as what was typed."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        del param
        try:
            studio = _studio(ctx)
            found = words(studio) if studio is not None else ()
            return [word for word in dict.fromkeys(found) if word.startswith(incomplete)]
        except Exception:  # half a command line in front of half a spec: silence is the answer
            return []

    return complete


def _studio(ctx: click.Context) -> Studio | None:
    """The studio of the command line so far; None where its spec does not hold."""
    from studio_backup.cli.settings import Settings
    from studio_backup.cli.spec import load_spec

    given: dict[str, tuple[str, ...]] = {"inventory": (), "playbooks": ()}
    context: click.Context | None = ctx
    while context is not None:
        params: dict[str, Any] = context.params
        given = {name: (*(params.get(name) or ()), *paths) for name, paths in given.items()}
        context = context.parent
    return load_spec(Settings(inventory=given["inventory"], playbooks=given["playbooks"])).studio


def _selectors(studio: Studio) -> Iterable[str]:
    for machine in studio.machines.values():
        yield f"machine:{machine.name}"
        yield f"site:{machine.site}"
        yield f"role:{machine.role}"
        if machine.room:
            yield f"room:{machine.room}"
        for system in machine.systems.values():
            yield f"system:{system.full_name}"
            yield f"os:{system.os}"
    yield from (f"group:{name}" for name in studio.groups)
    yield from (f"dataset:{name}" for name in studio.datasets)
    yield from (f"class:{dataset.owner}" for dataset in studio.datasets.values() if dataset.owner)
    yield from (f"client:{dataset.client}" for dataset in studio.datasets.values() if dataset.client)
    from studio_backup.resources import KINDS

    yield from (f"kind:{name}" for name in KINDS)


def _addresses(studio: Studio) -> Iterable[str]:
    for machine in studio.machines.values():
        yield machine.name
        yield from (system.full_name for system in machine.systems.values())
        yield from (volume.full_name for volume in machine.volumes.values())
    yield from studio.datasets
    yield from _copies(studio)


def _copies(studio: Studio) -> Iterable[str]:
    return (copy.full_name for dataset in studio.datasets.values() for copy in dataset.copies.values())


selectors = _completes(_selectors)
datasets = _completes(lambda studio: studio.datasets)
copies = _completes(_copies)
machines = _completes(lambda studio: studio.machines)
addresses = _completes(_addresses)
