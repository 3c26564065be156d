"""What the plays keep besides datasets, by kind and name: disks, arrays, file systems, mounts, subvolumes, shares."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence

from studio_backup.source import Document, Entry, Listing, Mapping
from studio_backup.spec import windows_storage
from studio_backup.spec.filling import Filler
from studio_backup.spec.macos import OF_ARRAYS, OF_SYSTEMS, OF_VOLUMES
from studio_backup.spec.model import Machine, Managed, Volume
from studio_backup.spec.plays import Held, first_to_give, given
from studio_backup.spec.reading import entries_of, place_of, text_of, texts_of
from studio_backup.spec.schema import Schema, load_schema
from studio_backup.spec.secrets import find_secret
from studio_backup.spec.storage import KINDS, chosen_btrfs_id, chosen_id
from studio_backup.spec.windows import WINDOWS_KINDS
from studio_backup.spec.wording import suggest

#: Where the inventory has the names of each kind, and what it calls them.
_SECTIONS = {
    "disk": ("disks", "disk"),
    "md-array": ("arrays", "array"),
    "btrfs-filesystem": ("arrays", "array"),
    "zfs-pool": ("arrays", "array"),
    "filesystem": ("volumes", "volume"),
    "zfs-dataset": ("volumes", "volume"),
    "mount": ("volumes", "volume"),
    **dict.fromkeys(OF_SYSTEMS, ("systems", "system")),
    **dict.fromkeys(WINDOWS_KINDS, ("systems", "system")),
    **dict.fromkeys((*OF_ARRAYS, *windows_storage.OF_ARRAYS), ("arrays", "array")),
    **dict.fromkeys((*OF_VOLUMES, *windows_storage.OF_VOLUMES), ("volumes", "volume")),
}


@functools.cache
def managed_schema(kind: str) -> Schema:
    """The part of the playbook's schema for one thing of a kind."""
    schema: Schema = load_schema("playbook")["items"]["properties"][kind]["additionalProperties"]
    return schema


def build_managed(documents: Sequence[Document], held: Held) -> tuple[Managed, ...]:
    """Everything that the plays keep; what has problems is reported and left out."""
    return tuple(one for kind in KINDS for one in _of_kind(documents, kind, held))


def _of_kind(documents: Sequence[Document], kind: str, held: Held) -> Iterator[Managed]:
    for machine, name, entry, damaged in given(documents, kind, held):
        if not first_to_give(f"{machine}/{kind}/{name}", (machine, kind, name), entry.key.place, held):
            continue
        sound = not damaged and machine in held.machines and isinstance(entry.value, Mapping)
        if sound and _is_known(held, machine, kind, name, entry):
            yield from _managed(held, machine, kind, name, entry)


def _is_known(held: Held, machine: str, kind: str, name: str, entry: Entry) -> bool:
    """Whether the inventory has what is kept; of a subvolume and of a share, the volume that it lies in."""
    place = entry.key.place
    if kind in ("btrfs-subvolume", "samba-share"):
        kind, name, place = "mount", text_of(entry.value, "volume"), place_of(entry.value, "volume", place)
    section, word = _SECTIONS[kind]
    built = getattr(held.machines[machine], section)
    declared = entries_of(held.effective[machine].tree, section)
    if name not in declared:
        fix = suggest(name, declared, f"define the {word} first")
        held.findings.add(place, "SB304", f"'{machine}' has no {word} '{name}'", fix)
    return name in built


def _managed(held: Held, machine: str, kind: str, name: str, entry: Entry) -> Iterator[Managed]:
    filler = Filler("playbook", held.effective[machine].values, held.findings)
    tree = filler.fill(entry.value, managed_schema(kind))
    if filler.failed or not isinstance(tree, Mapping):
        return
    held.kept[machine, kind, name] = tree
    secret, place = None, entry.key.place
    if "password" in tree.entries:
        secret = find_secret(tree.get("password"), place, "password", f"of '{name}'", held.findings)
        if secret is None:
            return
    options = {key: _option(tree, key, inner) for key, inner in tree.entries.items() if key != "password"}
    yield Managed(machine=machine, kind=kind, name=name, options=options, secret=secret, place=place)


def _option(tree: Mapping, key: str, entry: Entry) -> str | tuple[str, ...]:
    if isinstance(entry.value, Listing):
        return tuple(dict.fromkeys(item.value for item in texts_of(tree, key)))
    return str(getattr(entry.value, "value", ""))


def with_chosen_ids(studio: str, machines: dict[str, Machine], managed: Sequence[Managed]) -> dict[str, Machine]:
    """The machines, where each volume whose file system we keep has an id on the Linux system: ours if it has none."""
    result = dict(machines)
    for one in managed:
        machine = result[one.machine]
        system = machine.linux
        if system is None:
            continue
        volumes = dict(machine.volumes)
        for volume in machine.volumes.values():
            if volume.ids.get(system.name):
                continue
            if one.kind in ("filesystem", "zfs-dataset") and volume.name == one.name:
                volumes[volume.name] = _with_id(volume, system.name, chosen_id(studio, volume.machine, volume.name))
            elif one.kind == "btrfs-filesystem" and volume.on == one.name:
                volumes[volume.name] = _with_id(volume, system.name, chosen_btrfs_id(studio, machine.name, one.name))
        result[one.machine] = dataclasses.replace(machine, volumes=volumes)
    return result


def _with_id(volume: Volume, system: str, uuid: str) -> Volume:
    return dataclasses.replace(volume, ids={**volume.ids, system: uuid})
