"""The plays of the playbooks as datasets and copies of each machine they are for."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from studio_backup.source import Document, Entry, Mapping, Node, Place
from studio_backup.spec.amounts import parse_size
from studio_backup.spec.copies import build_copies, build_snapshots
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.external import build_external
from studio_backup.spec.filling import Filler
from studio_backup.spec.model import Dataset
from studio_backup.spec.paths import sub_path
from studio_backup.spec.plays import Held, check_hosts, first_to_give, given
from studio_backup.spec.policies import find_policy, known_policies
from studio_backup.spec.presets import expand
from studio_backup.spec.reading import entries_of, place_of, text_of, texts_of
from studio_backup.spec.rules import NONE
from studio_backup.spec.schema import Schema, load_schema
from studio_backup.spec.wording import suggest

QUIET, QUIET_LIMIT = 600, 12 * 3600


@functools.cache
def dataset_schema() -> Schema:
    """The part of the playbook's schema for one dataset."""
    play = load_schema("playbook")["items"]
    schema: Schema = play["properties"]["datasets"]["additionalProperties"]
    return schema


def build_datasets(documents: Sequence[Document], held: Held) -> dict[str, Dataset]:
    """Every dataset of every play by its full name; those with problems are reported and left out."""
    check_hosts(documents, held)
    datasets: dict[str, Dataset] = {}
    for machine, name, entry, damaged in given(documents, "datasets", held):
        full_name = f"{machine}/{name}"
        if not first_to_give(full_name, (machine, name), entry.key.place, held):
            continue
        if damaged or machine not in held.machines or not isinstance(entry.value, Mapping):
            continue
        if dataset := _dataset(held, machine, name, entry):
            datasets[full_name] = dataset
    return datasets


def _dataset(held: Held, machine: str, name: str, entry: Entry) -> Dataset | None:
    filler = Filler("playbook", held.effective[machine].values, held.findings)
    tree = filler.fill(entry.value, dataset_schema())
    if filler.failed or not isinstance(tree, Mapping):
        return None
    held.trees[f"{machine}/{name}"] = tree
    policy = _policy(held, tree)
    source = tree.get("source")
    volume = text_of(source, "volume")
    copies = build_copies(f"{machine}/{name}", tree, held.inventory, held.machines, held.findings)
    external = build_external(f"{machine}/{name}", tree, held)
    if not _has_volume(held, machine, volume, place_of(source, "volume", entry.key.place)):
        return None
    exclude, preset_busy = expand([item.value for item in texts_of(tree, "exclude")])
    busy = dict.fromkeys([*(item.value for item in texts_of(tree, "busy")), *preset_busy])
    return Dataset(
        machine=machine,
        name=name,
        volume=volume,
        path=sub_path(text_of(source, "path")),
        exclude=exclude,
        policy=policy,
        quiet=_seconds(tree, "quiet", QUIET),
        quiet_limit=_seconds(tree, "quiet-limit", max(QUIET_LIMIT, _seconds(tree, "quiet", QUIET))),
        busy_patterns=tuple(busy),
        copies={**build_snapshots(machine, name, volume, tree), **copies},
        external=external,
        kind=text_of(tree, "kind", "backup"),
        role=text_of(tree, "role", "media" if text_of(tree, "kind") == "archive" else "session"),
        owner=text_of(tree, "class") or None,
        client=text_of(tree, "client") or None,
        size=parse_size(text_of(tree, "size")) if text_of(tree, "size") else None,
        waived={code: text_of(tree.get("waive"), code) for code in entries_of(tree, "waive")},
        place=entry.key.place,
    )


def _policy(held: Held, tree: Mapping) -> str:
    name = text_of(tree, "policy", "3-2-1")
    if name != NONE and find_policy(held.policies, name) is None and name not in held.inventory.policies:
        fix = suggest(name, known_policies(held.policies), "define it under policies: in the inventory")
        held.findings.add(place_of(tree, "policy", tree.place), "SB304", f"there is no policy '{name}'", fix)
    return name


def _has_volume(held: Held, machine: str, volume: str, place: Place) -> bool:
    known = held.machines[machine].volumes
    if volume in known:
        return True
    declared = held.effective[machine].tree.get("volumes")
    if not (isinstance(declared, Mapping) and volume in declared.entries):
        held.findings.add(
            place,
            "SB304",
            f"'{machine}' has no volume '{volume}'",
            suggest(volume, known, "define the volume first"),
        )
    return False


def _seconds(tree: Node, key: str, default: int) -> int:
    text = text_of(tree, key)
    return parse_duration(text) if text else default
