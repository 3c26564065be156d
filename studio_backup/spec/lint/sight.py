"""The studio together with the trees it was built from: values to judge, and the places to point at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from studio_backup.source import Mapping, Place
from studio_backup.spec.merge import submap
from studio_backup.spec.model import Copy, Dataset, Managed, Studio, System, Volume
from studio_backup.spec.reading import place_of


@dataclass(frozen=True)
class Sight:
    """What the checks look at; parts of the spec with problems of their own are not in it."""

    studio: Studio
    machine_trees: dict[str, Mapping]
    dataset_trees: dict[str, Mapping]
    managed_trees: dict[tuple[str, str, str], Mapping]

    def copies(self) -> list[tuple[Dataset, Copy]]:
        """Every copy with its dataset."""
        return [(dataset, copy) for dataset in self.studio.datasets.values() for copy in dataset.copies.values()]

    def copy_place(self, copy: Copy, key: str) -> Place:
        """Where a key of a copy has its value."""
        tree = submap(submap(self.dataset_trees.get(copy.dataset), "copies"), copy.name)
        return place_of(tree, key, copy.place)

    def dataset_place(self, dataset: Dataset, key: str) -> Place:
        """Where a key of a dataset has its value."""
        return place_of(self.dataset_trees.get(dataset.full_name), key, dataset.place)

    def snapshots_place(self, dataset: Dataset, key: str) -> Place:
        """Where a key of a dataset's snapshots has its value."""
        tree = submap(self.dataset_trees.get(dataset.full_name), "snapshots")
        return place_of(tree, key, self.dataset_place(dataset, "snapshots"))

    @cached_property
    def kept(self) -> frozenset[tuple[str, str, str]]:
        """Machine, kind and name of everything that a play keeps."""
        return frozenset((one.machine, one.kind, one.name) for one in self.studio.managed)

    def managed_place(self, one: Managed, key: str) -> Place:
        """Where an option of something that is kept has its value."""
        return place_of(self.managed_trees.get((one.machine, one.kind, one.name)), key, one.place)

    def system_place(self, system: System, key: str) -> Place:
        """Where a key of a system has its value, whichever layer set it."""
        tree = submap(submap(self.machine_trees.get(system.machine), "systems"), system.name)
        return place_of(tree, key, system.place)

    def volume(self, machine: str, name: str) -> Volume:
        """A volume that a dataset or copy names: references are checked before."""
        return self.studio.machines[machine].volumes[name]

    def disks(self, volume: Volume) -> frozenset[tuple[str, str]]:
        """The disks a volume lies on, those of its array included, as (machine, disk)."""
        machine = self.studio.machines[volume.machine]
        array = machine.arrays.get(volume.on)
        names = [volume.on] if volume.on in machine.disks else array.members if array else ()
        return frozenset((machine.name, name) for name in names)

    def viewers(self, volume: Volume) -> list[System]:
        """The systems that mount a volume."""
        systems = self.studio.machines[volume.machine].systems
        return [systems[name] for name in volume.paths if name in systems]


def directory(volume: Volume, system: str, path: str) -> str:
    """The absolute directory of a path on a volume, as one system sees it, with `/` throughout."""
    mount = volume.paths[system].replace("\\", "/").rstrip("/")
    return f"{mount}/{path}" if path else mount
