"""What plays keep on Windows, each on its system, and Backblaze on Macs, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_backup.compile.collect import Collector
from studio_backup.resources.backblaze import Backblaze, Held
from studio_backup.resources.fast_startup import FastStartup
from studio_backup.resources.mac_backblaze import MacBackblaze
from studio_backup.resources.openssh_server import OpensshServer
from studio_backup.resources.windows_backblaze import WindowsBackblaze
from studio_backup.spec import model
from studio_backup.spec.amounts import parse_size
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.windows import WINDOWS_KINDS, is_shared

#: What the spec calls a copy that Backblaze makes.
_TOOL = "backblaze-personal"


def keep_windows(collected: Collector) -> None:
    """Everything, in the order of the spec; and Fast Startup off wherever it would damage what another system wrote."""
    for one in collected.studio.managed:
        if one.kind not in WINDOWS_KINDS:
            continue
        system = collected.studio.machines[one.machine].systems[one.name]
        named: dict[str, Any] = {"system": system.full_name, "name": one.name, "place": one.place}
        options: dict[str, Any] = {key: str(value) for key, value in one.options.items()}
        match one.kind:
            case FastStartup.kind:
                collected.add(FastStartup(**named, **options))
            case OpensshServer.kind:
                collected.add(OpensshServer(**named, **options))
            case _:
                collected.add(_backblaze(collected.studio, system, one, named))
    _keep_off(collected)


def _keep_off(collected: Collector) -> None:
    """Fast Startup, on every Windows that shares a volume and of which no play says otherwise."""
    said = {(one.machine, one.name) for one in collected.studio.managed if one.kind == FastStartup.kind}
    for machine in collected.studio.machines.values():
        for volume in machine.volumes.values():
            for system in machine.systems.values() if is_shared(machine, volume) else ():
                if system.os == "windows" and system.name in volume.paths and (machine.name, system.name) not in said:
                    collected.add(FastStartup(system=system.full_name, name=system.name, place=volume.place))


def _backblaze(studio: model.Studio, system: model.System, one: model.Managed, named: dict[str, Any]) -> Backblaze:
    kind = WindowsBackblaze if system.os == "windows" else MacBackblaze
    copies = dict(_copies(studio, system))
    return kind(
        **named,
        max_age=parse_duration(str(one.options.get("max-age", "1 day"))),
        leftover=parse_size(str(one.options["leftover"])) if "leftover" in one.options else 0,
        license=str(one.options["license"]) if "license" in one.options else None,
        volumes=tuple(dict.fromkeys(held.root for held in copies.values())),
        paths=tuple(held.path for held in copies.values()),
        copies=copies,
    )


def _copies(studio: model.Studio, system: model.System) -> Iterator[tuple[str, Held]]:
    """The copies by Backblaze of what this system sees."""
    for dataset in studio.datasets.values():
        root = None
        if dataset.machine == system.machine:
            root = studio.machines[dataset.machine].volumes[dataset.volume].paths.get(system.name)
        for external in dataset.external.values() if root else ():
            if external.tool == _TOOL:
                yield external.full_name, Held(str(root), _below(str(root), dataset.path))


def _below(root: str, path: str) -> str:
    """A folder of a volume as its system writes it."""
    if "\\" in root:
        return root.rstrip("\\") + "\\" + path.replace("/", "\\")
    return f"{root.rstrip('/')}/{path}"
