"""What `--only` and `--except` choose: systems, datasets and resources; one that matches nothing is an error.

Selectors of one sort widen each other (`room:a` and `room:b`: both rooms), those of different sorts narrow
each other (`room:a` and `kind:file`: the files in room a). A word may hold `*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from studio_backup.errors import UsageError
from studio_backup.spec.model import Dataset, Machine, Studio, System
from studio_backup.spec.wording import suggest

_PLACES = ("machine", "room", "site", "role", "group", "system", "os")
_RESOURCES = ("kind", "resource")
_DATASETS = ("dataset", "class", "client")
KINDS = (*_PLACES, "kind", *_DATASETS, "resource")


@dataclass(frozen=True)
class Selector:
    """One `kind:word`."""

    kind: str
    word: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.word}"

    def fits(self, words: Iterable[str]) -> bool:
        """True when one of the words is meant."""
        return any(word == self.word or fnmatchcase(word, self.word) for word in words)


def parse_selector(text: str) -> Selector:
    """Read `kind:word`. Raises `UsageError`."""
    kind, colon, word = text.partition(":")
    if not colon or not word or kind not in KINDS:
        forms = "write " + ", ".join(f"{known}:NAME" for known in KINDS)
        raise UsageError(f"'{text}' is not a selector", suggest(kind, KINDS, forms) if colon else forms)
    return Selector(kind, word)


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
        if any(_fits_resource(selector, address) for selector in self.excluded if selector.kind in _RESOURCES):
            return False
        chosen = [selector for selector in self.only if selector.kind in _RESOURCES]
        if chosen and not any(_fits_resource(selector, address) for selector in chosen):
            return False
        served = set(datasets)
        if any(selector.kind in _DATASETS for selector in self.only):
            return bool(served & self.datasets)
        named_out = any(selector.kind in _DATASETS for selector in self.excluded)
        return not (named_out and served and not served & self.datasets)

    def check_resources(self, addresses: Iterable[str]) -> None:
        """Raise `UsageError` for a `kind:` or `resource:` that fits none of the compiled addresses."""
        known = list(addresses)
        kinds = list(dict.fromkeys(_kind_of(address) for address in known))
        for selector in (*self.only, *self.excluded):
            if selector.kind in _RESOURCES and not any(_fits_resource(selector, address) for address in known):
                _nothing(selector, kinds if selector.kind == "kind" else known)


def _kind_of(address: str) -> str:
    return [*address.split("/"), "", "", ""][2]


def _fits_resource(selector: Selector, address: str) -> bool:
    if selector.kind == "kind":
        return selector.fits([_kind_of(address)])
    return selector.fits([address, address.partition("#")[0]])


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
        if not any(selector.kind in _DATASETS for selector in chosen) or _named(chosen, dataset)
        if not any(_fits_dataset(selector, dataset) for selector in excluded)
    )
    if not systems:
        raise UsageError("these selectors together leave no system", "drop one of them")
    return Selection(chosen, excluded, systems, datasets)


def _systems(studio: Studio, only: Iterable[Selector], excluded: Iterable[Selector]) -> Iterable[str]:
    where = [selector for selector in only if selector.kind in _PLACES]
    resources = [selector for selector in only if selector.kind == "resource"]
    without = [selector for selector in excluded if selector.kind in _PLACES]
    for system in studio.systems():
        machine = studio.machines[system.machine]
        wanted = not where or any(_fits_system(selector, machine, system) for selector in where)
        refused = any(_fits_system(selector, machine, system) for selector in without)
        held = not resources or any(_may_hold(selector, system) for selector in resources)
        if wanted and held and not refused:
            yield system.full_name


def _words(kind: str, machine: Machine, system: System) -> tuple[str, ...]:
    """What a system answers to, by kind of selector."""
    return {
        "machine": (machine.name,),
        "room": (machine.room,) if machine.room else (),
        "site": (machine.site,),
        "role": (machine.role,),
        "group": machine.groups,
        "system": (system.full_name, system.name),
        "os": (system.os,),
    }[kind]


def _fits_system(selector: Selector, machine: Machine, system: System) -> bool:
    return selector.fits(_words(selector.kind, machine, system))


def _may_hold(selector: Selector, system: System) -> bool:
    """True when a resource of that address could be on the system."""
    head = "/".join(selector.word.split("/")[:2])
    return "*" in head or "?" in head or "[" in head or head == system.full_name


def _named(selectors: Iterable[Selector], dataset: Dataset) -> bool:
    """True where selectors of datasets mean it: one of each sort that there is."""
    asked: dict[str, list[Selector]] = {}
    for selector in selectors:
        if selector.kind in _DATASETS:
            asked.setdefault(selector.kind, []).append(selector)
    return bool(asked) and all(any(_fits_dataset(one, dataset) for one in each) for each in asked.values())


def _fits_dataset(selector: Selector, dataset: Dataset) -> bool:
    return selector.kind in _DATASETS and selector.fits(_names(selector.kind, dataset))


def _names(kind: str, dataset: Dataset) -> list[str]:
    """What a dataset answers to, by kind of selector."""
    words = {"dataset": (dataset.full_name, dataset.name), "class": (dataset.owner,), "client": (dataset.client,)}
    return [word for word in words[kind] if word]


def _check(studio: Studio, selector: Selector) -> None:
    if selector.kind in _RESOURCES:
        return
    if selector.kind == "dataset":
        fitting = [name for name, dataset in studio.datasets.items() if _fits_dataset(selector, dataset)]
        if not fitting:
            _nothing(selector, [*studio.datasets, *(dataset.name for dataset in studio.datasets.values())])
        if len(fitting) > 1 and selector.word in {name.partition("/")[2] for name in fitting}:
            raise UsageError(
                f"'{selector}' fits {', '.join(fitting)}", f"write one of them, or dataset:*/{selector.word}"
            )
        return
    if selector.kind in _DATASETS:
        if not any(_fits_dataset(selector, dataset) for dataset in studio.datasets.values()):
            _nothing(selector, [word for one in studio.datasets.values() for word in _names(selector.kind, one)])
        return
    pairs = [(studio.machines[system.machine], system) for system in studio.systems()]
    if not any(_fits_system(selector, machine, system) for machine, system in pairs):
        words = dict.fromkeys(word for machine, system in pairs for word in _words(selector.kind, machine, system))
        _nothing(selector, list(words))


def _nothing(selector: Selector, known: list[str]) -> None:
    words = [f"{selector.kind}:{word}" for word in dict.fromkeys(known)]
    raise UsageError(
        f"'{selector}' matches nothing", suggest(str(selector), words, f"there is no such {selector.kind}")
    )
