"""The whole of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from studio_backup.spec.model.datasets import Dataset
from studio_backup.spec.model.machines import Machine, System
from studio_backup.spec.model.places import Site
from studio_backup.spec.model.said import Managed, Receiver, Waiver
from studio_backup.spec.outside import Account, Drive
from studio_backup.spec.rules import Policy


@dataclass(frozen=True, kw_only=True)
class Studio:
    """Everything the inventory and the playbooks say, whole and consistent."""

    name: str
    sites: dict[str, Site]
    machines: dict[str, Machine]
    groups: dict[str, tuple[str, ...]]
    datasets: dict[str, Dataset]  # by full name
    managed: tuple[Managed, ...] = ()  # disks first, mounts last
    drives: dict[str, Drive] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)  # the studio's own; presets are not among them
    waivers: tuple[Waiver, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    whole: bool = True  # False when only some playbooks were loaded: nothing may count as an orphan

    @cached_property
    def _time_machines(self) -> dict[str, list[Managed]]:
        found: dict[str, list[Managed]] = {}
        for one in self.managed:
            if one.kind == "time-machine":
                found.setdefault(one.machine, []).append(one)
        return found

    def left_out(self, dataset: Dataset) -> str:
        """What a play tells Time Machine to leave out that a dataset is or lies in; "" where it tells it nothing."""
        paths = self.machines[dataset.machine].volumes[dataset.volume].paths
        for one in self._time_machines.get(dataset.machine, ()):
            volumes, folders = (
                (told,) if isinstance(told, str) else told
                for told in (one.options.get("exclude-volumes", ()), one.options.get("exclude", ()))
            )
            if dataset.volume in volumes:
                return f"the volume {dataset.volume}"
            place = f"{paths[one.name].rstrip('/')}/{dataset.path}/" if one.name in paths else ""
            around = next((path for path in folders if place.startswith(f"{path}/")), "")
            if around:
                return around
        return ""

    def systems(self) -> list[System]:
        """Every declared system, in the order of the spec."""
        return [system for machine in self.machines.values() for system in machine.systems.values()]
