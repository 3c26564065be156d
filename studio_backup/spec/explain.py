"""Where every value of a machine, a part of it, a dataset, a copy, a site, drive, account or policy comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio_backup.errors import UsageError
from studio_backup.source import Listing, Mapping, Node, Place, Text
from studio_backup.spec.copies import CHAIN_SCHEDULE, schedule_of
from studio_backup.spec.datasets import dataset_schema
from studio_backup.spec.drives import section_schema
from studio_backup.spec.duration import format_duration
from studio_backup.spec.inventory import THINGS
from studio_backup.spec.layers import machine_schema
from studio_backup.spec.load import Loaded
from studio_backup.spec.managed import managed_schema
from studio_backup.spec.merge import submap
from studio_backup.spec.reading import text_of
from studio_backup.spec.schema import Schema, branch_of
from studio_backup.spec.storage import KINDS
from studio_backup.spec.systems import OS_NAMES
from studio_backup.spec.wording import suggest

SECTIONS = ("systems", "disks", "arrays", "volumes")


@dataclass(frozen=True)
class ExplainedValue:
    """One value that holds, and where it was written; `place` is None for what holds unwritten."""

    path: str
    value: str
    place: Place | None


def explain(loaded: Loaded, address: str) -> list[ExplainedValue]:
    """Every value at `address`: MACHINE, MACHINE/NAME, MACHINE/DATASET/COPY or drive:NAME. Raises `UsageError`."""
    if ":" in address:
        return _thing(loaded, address)
    machine, _, rest = address.strip("/").partition("/")
    tree = loaded.machines.get(machine)
    if tree is None:
        raise UsageError(
            f"there is no machine '{machine}'",
            suggest(machine, loaded.machines, "name a machine of the spec"),
        )
    if not rest:
        return list(_values(tree, machine_schema(), ""))
    found = [value for section in SECTIONS for value in _part(tree, section, rest)]
    dataset, _, copy = rest.partition("/")
    found += [value for kind in KINDS for value in _kept(loaded.managed.get((machine, kind, rest)), kind, rest)]
    found += _dataset(loaded.datasets.get(f"{machine}/{dataset}"), dataset, copy)
    if not found:
        known = [name for section in SECTIONS for name in _names(tree, section)]
        known += [name.partition("/")[2] for name in loaded.datasets if name.startswith(f"{machine}/")]
        raise UsageError(f"'{machine}' has nothing called '{rest}'", suggest(rest, known, f"try explain {machine}"))
    return found


def _thing(loaded: Loaded, address: str) -> list[ExplainedValue]:
    """A site, drive, account or policy."""
    tree = loaded.things.get(address)
    if tree is None:
        kinds = ", ".join(f"{kind}:NAME" for kind in THINGS)
        raise UsageError(f"there is no '{address}'", suggest(address, loaded.things, f"write {kinds} or MACHINE/NAME"))
    kind, _, name = address.partition(":")
    return list(_values(tree, section_schema(THINGS[kind]), f"{THINGS[kind]}.{name}"))


def _names(tree: Mapping, section: str) -> list[str]:
    inner = submap(tree, section)
    return list(inner.entries) if inner else []


def _part(tree: Mapping, section: str, name: str) -> Iterator[ExplainedValue]:
    node = submap(submap(tree, section), name)
    if node is None:
        return
    path = f"{section}.{name}"
    schema = machine_schema()["properties"][section]["additionalProperties"]
    if section == "systems" and "os" not in node.entries and name in OS_NAMES:
        yield ExplainedValue(f"{path}.os", name, None)
    yield from _values(node, schema, path)


def _kept(tree: Mapping | None, kind: str, name: str) -> Iterator[ExplainedValue]:
    if tree is not None:
        yield from _values(tree, managed_schema(kind), f"{kind}.{name}")


def _dataset(tree: Mapping | None, name: str, copy: str) -> Iterator[ExplainedValue]:
    if tree is None:
        return
    schema = dataset_schema()
    if not copy:
        yield from _values(tree, schema, f"datasets.{name}")
        return
    external = submap(submap(tree, "external"), copy)
    if external is not None:
        inner = schema["properties"]["external"]["additionalProperties"]
        yield from _values(external, inner, f"datasets.{name}.external.{copy}")
    node = submap(submap(tree, "copies"), copy)
    if node is not None:
        path = f"datasets.{name}.copies.{copy}"
        closed = text_of(tree, "kind") == "archive"
        for value in _values(node, schema["properties"]["copies"]["additionalProperties"], path):
            usual = value.place is None and value.path.startswith(f"{path}.brake.")
            yield ExplainedValue(value.path, "0", None) if closed and usual else value
        every = text_of(node, "every") or CHAIN_SCHEDULE
        if "every" not in node.entries:
            yield ExplainedValue(f"{path}.every", every, None)
        if "max-age" not in node.entries:
            yield ExplainedValue(f"{path}.max-age", format_duration(schedule_of(every).max_age()), None)


def _values(node: Node, schema: Schema, path: str) -> Iterator[ExplainedValue]:
    """Leaves in the order written, then what holds by default."""
    if isinstance(node, Text):
        yield ExplainedValue(path, node.value, node.place)
    elif isinstance(node, Listing):
        inner = branch_of(schema, "array").get("items", {})
        for number, item in enumerate(node.items):
            yield from _values(item, inner, f"{path}[{number}]")
        if not node.items:
            yield ExplainedValue(path, "[]", node.place)
    else:
        yield from _map_values(node, branch_of(schema, "object"), path)


def _map_values(node: Mapping, schema: Schema, path: str) -> Iterator[ExplainedValue]:
    properties = schema.get("properties", {})
    for key, entry in node.entries.items():
        inner = properties.get(key) or schema.get("additionalProperties") or {}
        yield from _values(entry.value, inner, f"{path}.{key}" if path else key)
    if not node.entries:
        yield ExplainedValue(path, "{}", node.place)
    for key, inner in properties.items():
        if key not in node.entries:
            yield from _defaults(inner, f"{path}.{key}" if path else key)


def _defaults(schema: Schema, path: str) -> Iterator[ExplainedValue]:
    """The default of a key, or of every key of a map that has nothing but keys with defaults."""
    inner = schema.get("properties", {})
    if "default" in schema:
        yield ExplainedValue(path, str(schema["default"]), None)
    elif inner and all("default" in each for each in inner.values()):
        for key, each in inner.items():
            yield from _defaults(each, f"{path}.{key}")
