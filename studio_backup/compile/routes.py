"""How each copy moves: the systems that can write it, and those that it can be read from."""

from __future__ import annotations

from studio_backup.compile.route import Reader, Route, join
from studio_backup.spec.lint.jobs import can_send, runs_jobs
from studio_backup.spec.model import Copy, Dataset, Studio, System
from studio_backup.spec.sharing import shared


def routes(studio: Studio, unread: bool = False) -> list[Route]:
    """Every copy of every dataset, once for each system that can write it; with `unread` also those that no system of
    the source can be read for (their `readers` are empty, and nothing is compiled for them)."""
    return [
        Route(
            studio=studio.name,
            dataset=dataset,
            copy=copy,
            writer=writer,
            volume=studio.machines[copy.machine].volumes[copy.volume],
            readers=readers,
            local=_source_machine(dataset, copy) == copy.machine,
        )
        for dataset in studio.datasets.values()
        for copy in dataset.copies.values()
        for writer in _writers(studio, copy, _source_machine(dataset, copy) == copy.machine)
        if (readers := _readers(studio, dataset, copy, writer)) or unread
    ]


def _source_machine(dataset: Dataset, copy: Copy) -> str:
    return dataset.copies[copy.source_copy].machine if copy.source_copy else dataset.machine


def _writers(studio: Studio, copy: Copy, local: bool) -> list[System]:
    machine = studio.machines[copy.machine]
    sees = machine.volumes[copy.volume].paths
    systems = (system for system in machine.systems.values() if system.name in sees)
    return [system for system in systems if runs_jobs(system, local, copy.mode)]


def _is_itself(system: System, writer: System) -> bool:
    """A Mac, or a Windows, is read by its own jobs alone."""
    return system.os in ("macos", "windows") and system is writer


def _readers(studio: Studio, dataset: Dataset, copy: Copy, writer: System) -> tuple[Reader, ...]:
    source = dataset.copies[copy.source_copy] if copy.source_copy else None
    machine = studio.machines[source.machine if source else dataset.machine]
    volume = machine.volumes[source.volume if source else dataset.volume]
    path = source.path if source else dataset.path
    systems = [writer] if machine.name == writer.machine else list(machine.systems.values())
    return tuple(
        Reader(system=system, volume=volume, path=join(volume.paths[system.name], path), mixed=shared(machine, volume))
        for system in systems
        if system.name in volume.paths
        if (can_send(system) if copy.transfer == "push" else system.os == "linux" or _is_itself(system, writer))
    )
