"""Layers of settings into one tree: maps merge key by key, lists and single values replace; places stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio_backup.source import Entry, Listing, Mapping, Node, Path, Place, Text

#: What defaults, a site, a group, a room and a machine may all set.
LAYERED = ("vars", "system", "asleep-limit", "alarm")


@dataclass(frozen=True)
class Clash:
    """Two layers of the same rank that set one key differently."""

    path: Path
    first: Place
    second: Place


def merge(layers: Iterable[Mapping | None], place: Place) -> Mapping:
    """One map of all layers, later ones winning."""
    present = [layer for layer in layers if layer is not None and layer.entries]
    if len(present) == 1:
        return present[0]
    merged = Mapping({}, place)
    for layer in present:
        for key, entry in layer.entries.items():
            merged.entries[key] = _over(merged.entries.get(key), entry)
    return merged


def _over(lower: Entry | None, upper: Entry) -> Entry:
    if lower and isinstance(lower.value, Mapping) and isinstance(upper.value, Mapping):
        return Entry(upper.key, merge([lower.value, upper.value], upper.value.place))
    return upper


def clashes(layers: Sequence[Mapping], path: Path = ()) -> list[Clash]:
    """Keys that two of these layers set differently: none of them outranks the other."""
    found: list[Clash] = []
    seen: dict[str, Entry] = {}
    for layer in layers:
        for key, entry in layer.entries.items():
            first = seen.setdefault(key, entry)
            if first is entry:
                continue
            if isinstance(first.value, Mapping) and isinstance(entry.value, Mapping):
                found += clashes([first.value, entry.value], (*path, key))
            elif not same(first.value, entry.value):
                found.append(Clash((*path, key), first.key.place, entry.key.place))
    return found


def same(one: Node, other: Node) -> bool:
    """True when both say the same, wherever they stand and however they are quoted."""
    if isinstance(one, Text) and isinstance(other, Text):
        return one.value == other.value
    if isinstance(one, Listing) and isinstance(other, Listing):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = one.entries.keys()
        return keys == other.entries.keys() and all(same(one.entries[k].value, other.entries[k].value) for k in keys)
    return False


def submap(node: Node | None, key: str) -> Mapping | None:
    """The map under a key, None where there is none."""
    value = node.get(key) if isinstance(node, Mapping) else None
    return value if isinstance(value, Mapping) else None


def plain_value(node: Node) -> object:
    """The tree as text, lists and dicts, for use in templates."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Listing):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(entry.value) for key, entry in node.entries.items()}
