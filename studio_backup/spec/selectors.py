"""What `--only` and `--except` choose: systems, datasets and resources; one that matches nothing is an error.

Selectors of one sort widen each other (`room:a` and `room:b`: both rooms), those of different sorts narrow
each other (`room:a` and `kind:file`: the files in room a). A word may hold `*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio_backup.errors import UsageError
from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.selector import (
    DATASETS,
    PLACES,
    RESOURCES,
    Selector,
    dataset_words,
    kind_of,
    parse_selector,
    system_words,
)
from studio_backup.spec.wording import suggest


@dataclass(frozen=True)
class Selection:
    """The outcome: which systems, datasets and resources are meant."""

    only: tuple[Selector, ...]
    excluded: tuple[Selector, ...]
    systems: frozenset[str]
    datasets: frozenset[str]

    @property
    def everything(self) -> bool:
        """True when nothing was narrowed: only then may something count as an orphan."""
        return not self.only and not self.excluded

    def system(self, full_name: str) -> bool:
        """True for a system to be asked."""
        return full_name in self.systems

    def dataset(self, full_name: str) -> bool:
        """True for a dataset that is meant."""
        return full_name in self.datasets

    def resource(self, address: str, datasets: Iterable[str] = ()) -> bool:
        """True for a resource that is meant; `datasets` are those it serves."""
        if "/".join(address.split("/")[:2]) not in self.systems:
            return False
        if any(selector.fits_resource(address) for selector in self.excluded if selector.kind in RESOURCES):
            return False
        chosen = [selector for selector in self.only if selector.kind in RESOURCES]
        if chosen and not any(selector.fits_resource(address) for selector in chosen):
            return False
        served = set(datasets)
        if any(selector.kind in DATASETS for selector in self.only):
            return bool(served & self.datasets)
        named_out = any(selector.kind in DATASETS for selector in self.excluded)
        return not (named_out and served and not served & self.datasets)

    def check_resources(self, addresses: Iterable[str]) -> None:
        """Raise `UsageError` for a `kind:` or `resource:` that fits none of the compiled addresses."""
        known = list(addresses)
        kinds = list(dict.fromkeys(kind_of(address) for address in known))
        for selector in (*self.only, *self.excluded):
            if selector.kind in RESOURCES and not any(selector.fits_resource(address) for address in known):
                _nothing(selector, kinds if selector.kind == "kind" else known)


def select(studio: Studio, only: Sequence[str], except_: Sequence[str]) -> Selection:
    """Apply selectors to a studio. Raises `UsageError` for one that is malformed, or matches nothing.

    `kind:` and `resource:` can only be held against compiled resources: see `Selection.check_resources`.
    """
    chosen, excluded = tuple(map(parse_selector, only)), tuple(map(parse_selector, except_))
    for selector in (*chosen, *excluded):
        _check(studio, selector)
    systems = frozenset(_systems(studio, chosen, excluded))
    machines = {full_name.partition("/")[0] for full_name in systems}
    datasets = frozenset(
        dataset.full_name
        for dataset in studio.datasets.values()
        if dataset.machine in machines or _named(chosen, dataset)
        if not any(selector.kind in DATASETS for selector in chosen) or _named(chosen, dataset)
        if not any(selector.fits_dataset(dataset) for selector in excluded)
    )
    if not systems:
        raise UsageError("these selectors together leave no system", "drop one of them")
    return Selection(chosen, excluded, systems, datasets)


def _systems(studio: Studio, only: Iterable[Selector], excluded: Iterable[Selector]) -> Iterable[str]:
    where = [selector for selector in only if selector.kind in PLACES]
    resources = [selector for selector in only if selector.kind == "resource"]
    without = [selector for selector in excluded if selector.kind in PLACES]
    for system in studio.systems():
        machine = studio.machines[system.machine]
        wanted = not where or any(selector.fits_system(machine, system) for selector in where)
        refused = any(selector.fits_system(machine, system) for selector in without)
        held = not resources or any(selector.may_hold(system) for selector in resources)
        if wanted and held and not refused:
            yield system.full_name


def _named(selectors: Iterable[Selector], dataset: Dataset) -> bool:
    """True where selectors of datasets mean it: one of each sort that there is."""
    asked: dict[str, list[Selector]] = {}
    for selector in selectors:
        if selector.kind in DATASETS:
            asked.setdefault(selector.kind, []).append(selector)
    return bool(asked) and all(any(one.fits_dataset(dataset) for one in each) for each in asked.values())


def _check(studio: Studio, selector: Selector) -> None:
    if selector.kind in RESOURCES:
        return
    if selector.kind == "dataset":
        fitting = [name for name, dataset in studio.datasets.items() if selector.fits_dataset(dataset)]
        if not fitting:
            _nothing(selector, [*studio.datasets, *(dataset.name for dataset in studio.datasets.values())])
        if len(fitting) > 1 and selector.word in {name.partition("/")[2] for name in fitting}:
            raise UsageError(
                f"'{selector}' fits {', '.join(fitting)}", f"write one of them, or dataset:*/{selector.word}"
            )
        return
    if selector.kind in DATASETS:
        if not any(selector.fits_dataset(dataset) for dataset in studio.datasets.values()):
            _nothing(selector, [word for one in studio.datasets.values() for word in dataset_words(selector.kind, one)])
        return
    pairs = [(studio.machines[system.machine], system) for system in studio.systems()]
    if not any(selector.fits_system(machine, system) for machine, system in pairs):
        words = dict.fromkeys(
            word for machine, system in pairs for word in system_words(selector.kind, machine, system)
        )
        _nothing(selector, list(words))


def _nothing(selector: Selector, known: list[str]) -> None:
    words = [f"{selector.kind}:{word}" for word in dict.fromkeys(known)]
    raise UsageError(
        f"'{selector}' matches nothing", suggest(str(selector), words, f"there is no such {selector.kind}")
    )
