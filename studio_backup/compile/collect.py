"""Collecting resources: each address once, with the folders above it and what it needs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from studio_backup.paths import configuration, state, top_of
from studio_backup.programs import shipped
from studio_backup.resource import Resource
from studio_backup.resources.device import designator
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.resources.volume import Volume
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.source import Place
from studio_backup.spec import model

#: What our own folders look like; a folder that is not named here is 0755.
_MODES = {"runs": "0700", "log": "0700", "accept": "0700", "lock": "0700", "alarm": "0700", "receivers": "0711"}

#: Programs that are called by name; the others are parts that these read.
_EXECUTED = ("job.sh", "gate.sh", "alarm.sh", "scheduled.sh", "share.sh")


@dataclass(frozen=True)
class Compiled:
    """What every system should have, by address; `systems` names each system that has anything at all."""

    resources: dict[str, Resource]

    def of(self, system: str) -> list[Resource]:
        """The resources of one system (MACHINE/SYSTEM)."""
        return [resource for resource in self.resources.values() if resource.system == system]


@dataclass
class _Gathered:
    """A resource while more is learnt about who needs it."""

    resource: Resource
    requires: dict[str, None]
    serves: dict[str, None]

    def whole(self) -> Resource:
        return dataclasses.replace(self.resource, requires=tuple(self.requires), serves=tuple(self.serves))


class Collector:
    """Gathers resources; asking twice for one address is asking once."""

    def __init__(self, studio: model.Studio) -> None:
        self.studio = studio
        self._found: dict[str, _Gathered] = {}
        # What the copies of one dataset share is asked for by each of them: built once, then only looked up.
        self._shared: dict[tuple[str, ...], str] = {}
        self.serving = ""  # full name of the dataset that is being compiled; "" for what serves none of its own
        self.mounts: dict[str, str] = {}  # full name of a volume -> address of its mount, where that is kept

    def add(self, resource: Resource) -> str:
        """Take a resource and give its address; what it requires is joined where it is known already.

        Two values for one address would be a fault of the compiler: one of them would be dropped in silence.
        """
        address = resource.address
        known = self._found.get(address)
        if known is None:
            known = self._found[address] = _Gathered(resource, {}, {})
        elif known.resource != resource:
            raise AssertionError(f"{address} is compiled to two different values")
        known.requires.update(dict.fromkeys(resource.requires))
        if self.serving:
            known.serves[self.serving] = None
        return address

    def compiled(self) -> Compiled:
        """Everything, in the order it was added."""
        return Compiled({address: gathered.whole() for address, gathered in self._found.items()})

    def folder(self, system: model.System, path: str, place: Place, mode: str = "", owner: str = "root") -> str:
        """One of our own folders and those above it, down from the top one."""
        shared = (self.serving, system.full_name, path, mode, owner)
        if shared not in self._shared:
            top = top_of(path)
            above = () if path == top else (self.folder(system, path.rsplit("/", 1)[0], place),)
            mode = mode or _MODES.get(path.rsplit("/", 1)[1], "0755")
            self._shared[shared] = self.add(
                Directory(system=system.full_name, name=path, place=place, mode=mode, owner=owner, requires=above)
            )
        return self._shared[shared]

    def file(
        self, system: model.System, path: str, place: Place, body: str, mode: str = "0644", shared: bool = False
    ) -> str:
        """One of our own files, with its owner mark on top and its folders.

        The mark of a `shared` file names no spec file: which of its users came first must not change its text.
        """
        folder = self.folder(system, path.rsplit("/", 1)[0], place)
        address = f"{system.full_name}/{File.kind}/{path}"
        mark = owner_mark(self.studio.name, address, None if shared else place)
        first, newline, rest = body.partition("\n")
        text = f"{first}\n{mark}{rest}" if first.startswith("#!") else f"{mark}{first}{newline}{rest}"
        return self.add(File(system=system.full_name, name=path, place=place, text=text, mode=mode, requires=(folder,)))

    def program(self, system: model.System, name: str, place: Place) -> str:
        """A program of ours as it stands in studio_backup/jobs, without the `.sh` of what is executed."""
        shared = (self.serving, system.full_name, name)
        if shared not in self._shared:
            target = name.removesuffix(".sh") if name in _EXECUTED else name
            mode = "0755" if target != name else "0644"
            path = f"{configuration(self.studio.name, system.os)}/{target}"
            self._shared[shared] = self.file(system, path, place, shipped(name), mode, shared=True)
        return self._shared[shared]

    def unit(self, system: model.System, name: str, place: Place, body: str, needs: tuple[str, ...]) -> str:
        """A service, or a timer that is enabled and waits, with its owner mark on top."""
        timer = name.endswith(".timer")
        mark = owner_mark(self.studio.name, f"{system.full_name}/{SystemdUnit.kind}/{name}", place)
        return self.add(
            SystemdUnit(
                system=system.full_name,
                name=name,
                place=place,
                text=mark + body,
                enabled="enabled" if timer else None,
                active="active" if timer else None,
                requires=needs,
            )
        )

    def volume(self, system: model.System, volume: model.Volume) -> tuple[str, str]:
        """The volume itself and the sentinel on it; both are needed by whatever stands there.

        The volume is its mount where that is kept: what is only watched would keep waiting what the same apply mends.
        """
        root, mount = volume.paths[system.name], self.mounts.get(volume.full_name)
        identity, text = volume.ids[system.name], sentinel_line(self.studio, system, volume)
        where: dict[str, Any] = {"system": system.full_name, "name": root, "place": volume.place}
        known: dict[str, Any] = {"id": identity, "label": volume.full_name, "requires": (mount,) if mount else ()}
        if system.os == "windows":
            there = self.add(WindowsVolume(**where, **known, filesystem=volume.filesystem))
            return there, self.add(WindowsSentinel(**where, text=text, id=identity, requires=(there,)))
        watched = self.add(Volume(**where, **known))
        there = mount or watched
        sentinel = self.add(Sentinel(**where, text=text, requires=(there,)))
        return there, sentinel

    def sources(self, machine: str) -> list[model.System]:
        """The systems of a machine that can be read from."""
        return [system for system in self.studio.machines[machine].systems.values() if system.os == "linux"]

    def state_folder(self, system: model.System, name: str, place: Place) -> str:
        """A folder of this studio below our state."""
        return self.folder(system, f"{state(self.studio.name, system.os)}/{name}", place)


def sentinel_line(studio: model.Studio, system: model.System, volume: model.Volume) -> str:
    """What the sentinel of a volume says: STUDIO, MACHINE/VOLUME and its id, parted by tabs.

    A volume that two systems of a machine mount in turn has one sentinel: Windows takes over the id that the others
    know it by, since one file cannot name two.
    """
    others = studio.machines[volume.machine].systems.values() if system.os == "windows" else ()
    names = [other.name for other in others if other.os != "windows" and volume.ids.get(other.name)]
    return f"{studio.name}\t{volume.full_name}\t{volume.ids[names[0] if names else system.name]}"


def owner_mark(studio: str, address: str, place: Place | None) -> str:
    """The lines that every file of ours starts with."""
    asked = f"(asked for in {place.file.rsplit('/', 1)[-1]}). " if place else ""
    return (
        f"# Written by studio-backup for studio {studio}: {address}\n"
        f"# {asked}Edits show as drift and are undone by the next apply.\n"
    )


def designator_of(disk: model.Disk) -> str:
    """How a disk of the inventory is found on its machine."""
    return designator(disk.by_id, disk.serial)
