"""One machine's own settings over those of its room, its groups, its site and the defaults."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.source import Entry, Mapping, Node, Place, Text
from studio_backup.spec.filling import Filler, Values
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.merge import LAYERED, clashes, merge, plain_value, submap
from studio_backup.spec.schema import Schema, load_schema
from studio_backup.spec.wording import suggest


@dataclass
class Effective:
    """What holds for one machine: the merged and filled tree, and the values its templates may use."""

    name: str
    site: str
    room: str | None
    tree: Mapping
    values: Values
    place: Place


def effective(inventory: Inventory, name: str, findings: Findings) -> Effective | None:
    """None when a problem stands in the way; it is then already reported."""
    entry = inventory.machines[name]
    own = entry.value
    if not isinstance(own, Mapping):
        return None
    located = _located(inventory, name, own, entry.key.place, findings)
    if located is None or _rests_on_damage(inventory, name, located[0]):
        return None
    site, room = located
    tree = _layered(inventory, name, own, site, room, findings)
    if tree is None:
        return None
    values: Values = {"machine": {"name": name, "site": site}, "site": {"name": site}}
    if room is not None:
        values["room"] = {"name": room}
        values["machine"] = {"name": name, "site": site, "room": room}
    filled = _filled(tree, values, findings)
    return Effective(name, site, room, filled, values, entry.key.place) if filled else None


def _rests_on_damage(inventory: Inventory, name: str, site: str) -> bool:
    groups = inventory.groups_of.get(name, ())
    return (
        inventory.defaults_damaged
        or name in inventory.damaged["machines"]
        or site in inventory.damaged["sites"]
        or any(group in inventory.damaged["groups"] for group in groups)
    )


def _located(
    inventory: Inventory, name: str, own: Mapping, place: Place, findings: Findings
) -> tuple[str, str | None] | None:
    """Site and room of a machine."""
    room, site = own.get("room"), own.get("site")
    if isinstance(site, Text) and site.value not in inventory.sites:
        _unknown(inventory, "site", site, list(inventory.sites), findings)
        return None
    if not isinstance(room, Text):
        if isinstance(site, Text):
            return site.value, None
        if name not in inventory.damaged["machines"]:
            findings.add(place, "SB308", f"nothing says where '{name}' stands", "add room: NAME, or site: NAME")
        return None
    homes = inventory.sites_with_room(room.value)
    if not homes:
        rooms = [key for each in inventory.site_models().values() for key in each.rooms]
        _unknown(inventory, "room", room, rooms, findings)
        return None
    if isinstance(site, Text):
        if site.value in homes:
            return site.value, room.value
        message = f"the room '{room.value}' is not in the site '{site.value}'"
        findings.add(room.place, "SB308", message, f"it is in {' and '.join(homes)}; delete site: or correct it")
        return None
    if len(homes) > 1:
        message = f"the room '{room.value}' exists in {' and '.join(homes)}"
        findings.add(room.place, "SB307", message, "add site: NAME to say which is meant")
        return None
    return homes[0], room.value


def _unknown(inventory: Inventory, kind: str, word: Text, known: list[str], findings: Findings) -> None:
    if inventory.is_unknown(word.value):
        message = f"there is no {kind} '{word.value}'"
        findings.add(word.place, "SB304", message, suggest(word.value, known, f"define the {kind} under sites:"))


def _layered(
    inventory: Inventory, name: str, own: Mapping, site: str, room: str | None, findings: Findings
) -> Mapping | None:
    """The machine's map with `vars`, `asleep-limit` and every system merged from all layers."""
    place = inventory.machines[name].key.place
    site_node = inventory.sites[site].value
    groups = [inventory.groups[group].value for group in inventory.groups_of.get(name, ())]
    group_maps = [_only_layered(group) for group in groups if isinstance(group, Mapping)]
    disputed = clashes(group_maps)
    for clash in disputed:
        key = ".".join(map(str, clash.path))
        message = f"two groups of '{name}' set {key} differently: first at {clash.first}"
        findings.add(clash.second, "SB301", message, f"set {key} in the machine, its room, or one group only")
    if disputed:
        return None
    room_node = submap(submap(site_node, "rooms"), room) if room else None
    maps = [inventory.defaults, site_node, *group_maps, room_node, own]
    layers = [_only_layered(node) for node in maps if isinstance(node, Mapping)]
    merged = merge(layers, place)
    return _with_systems(own, merged)


def _only_layered(node: Mapping) -> Mapping:
    return Mapping({key: node.entries[key] for key in LAYERED if key in node.entries}, node.place)


def _with_systems(own: Mapping, merged: Mapping) -> Mapping:
    shared = submap(merged, "system")
    entries = {key: entry for key, entry in own.entries.items() if key not in LAYERED}
    entries |= {key: entry for key, entry in merged.entries.items() if key != "system"}
    systems = submap(own, "systems")
    if systems is not None and shared is not None:
        laid = {
            key: Entry(entry.key, merge([shared, entry.value], entry.value.place))
            for key, entry in systems.entries.items()
            if isinstance(entry.value, Mapping)
        }
        entries["systems"] = Entry(own.entries["systems"].key, Mapping(laid, systems.place))
    return Mapping(entries, own.place)


def machine_schema() -> Schema:
    """The part of the inventory's schema for one machine."""
    schema: Schema = load_schema("inventory")["properties"]["machines"]["additionalProperties"]
    return schema


def _filled(tree: Mapping, values: Values, findings: Findings) -> Mapping | None:
    """Variables are filled in first, from names only; then the role; then everything else may use both."""
    schema = machine_schema()["properties"]
    names = Filler("inventory", values, findings)
    entries = dict(tree.entries)
    values["vars"] = {}
    for key in ("vars", "role"):
        if key in entries:
            entries[key] = Entry(entries[key].key, names.fill(entries[key].value, schema[key]))
        if key == "vars" and key in entries:
            values["vars"] = plain_value(entries[key].value)
    role = entries.get("role")
    machine = values["machine"]
    if role and isinstance(role.value, Text) and isinstance(machine, dict):
        machine["role"] = role.value.value
    rest = Filler("inventory", values, findings)
    filled: Node = rest.fill_map(Mapping(entries, tree.place), machine_schema())
    return filled if isinstance(filled, Mapping) and not (names.failed or rest.failed) else None
