"""One selector, as `room:a`, and what it fits: places and systems, datasets, resources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from studio_backup.errors import UsageError
from studio_backup.spec.model import Dataset, Machine, System
from studio_backup.spec.wording import suggest

PLACES = ("machine", "room", "site", "role", "group", "system", "os")
RESOURCES = ("kind", "resource")
DATASETS = ("dataset", "class", "client")
KINDS = (*PLACES, "kind", *DATASETS, "resource")


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

    def fits_system(self, machine: Machine, system: System) -> bool:
        """True for one that it means, as a selector of a place."""
        return self.fits(system_words(self.kind, machine, system))

    def fits_dataset(self, dataset: Dataset) -> bool:
        """True for one that it means; a selector of anything else means none."""
        return self.kind in DATASETS and self.fits(dataset_words(self.kind, dataset))

    def fits_resource(self, address: str) -> bool:
        """True for one that it means, as a selector of resources."""
        if self.kind == "kind":
            return self.fits([kind_of(address)])
        return self.fits([address, address.partition("#")[0]])

    def may_hold(self, system: System) -> bool:
        """True when a resource of that address could be on the system."""
        head = "/".join(self.word.split("/")[:2])
        return "*" in head or "?" in head or "[" in head or head == system.full_name


def parse_selector(text: str) -> Selector:
    """Read `kind:word`. Raises `UsageError`."""
    kind, colon, word = text.partition(":")
    if not colon or not word or kind not in KINDS:
        forms = "write " + ", ".join(f"{known}:NAME" for known in KINDS)
        raise UsageError(f"'{text}' is not a selector", suggest(kind, KINDS, forms) if colon else forms)
    return Selector(kind, word)


def system_words(kind: str, machine: Machine, system: System) -> tuple[str, ...]:
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


def dataset_words(kind: str, dataset: Dataset) -> list[str]:
    """What a dataset answers to, by kind of selector."""
    words = {"dataset": (dataset.full_name, dataset.name), "class": (dataset.owner,), "client": (dataset.client,)}
    return [word for word in words[kind] if word]


def kind_of(address: str) -> str:
    """The kind in MACHINE/SYSTEM/KIND/NAME."""
    return [*address.split("/"), "", "", ""][2]
