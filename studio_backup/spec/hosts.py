"""Which machines a play is for."""

from __future__ import annotations

from collections.abc import Callable

from studio_backup.source import Listing, Mapping, Node, Text
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.model import Machine
from studio_backup.spec.wording import suggest


def matching(play: Node, inventory: Inventory, machines: dict[str, Machine], findings: Findings) -> list[str]:
    """Names of the machines that `hosts:` selects, each once, in the order of the inventory."""
    hosts = play.get("hosts") if isinstance(play, Mapping) else None
    words = hosts.items if isinstance(hosts, Listing) else [hosts]
    chosen: set[str] = set()
    for word in words:
        if isinstance(word, Text):
            chosen |= _one(word, inventory, machines, findings)
    return [name for name in inventory.machines if name in chosen]


def _one(word: Text, inventory: Inventory, machines: dict[str, Machine], findings: Findings) -> set[str]:
    kind, _, name = word.value.rpartition(":")
    if word.value == "all":
        return set(inventory.machines)
    known, pick = _choices(kind, inventory, machines)
    if name not in known:
        if inventory.is_unknown(name):
            title = kind or "group or machine"
            fix = suggest(name, known, "name a group, a machine, role:ROLE, room:ROOM, site:SITE or all")
            findings.add(word.place, "SB304", f"there is no {title} '{name}'", fix)
        return set()
    found = pick(name)
    everything_read = inventory.complete and len(machines) == len(inventory.machines)
    if not found and everything_read and name not in inventory.damaged["groups"]:
        findings.add(word.place, "SB305", f"'{word.value}' matches no machine", "correct it, or delete the play")
    return found


def _choices(
    kind: str, inventory: Inventory, machines: dict[str, Machine]
) -> tuple[list[str], Callable[[str], set[str]]]:
    """The words that may follow, and what each stands for."""

    def group(name: str) -> set[str]:
        return set(inventory.members.get(name, ()))

    def by(attribute: str) -> Callable[[str], set[str]]:
        return lambda name: {machine.name for machine in machines.values() if getattr(machine, attribute) == name}

    sites = inventory.site_models()
    match kind:
        case "machine":
            return list(inventory.machines), lambda name: {name}
        case "group":
            return list(inventory.groups), group
        case "room":
            return [room for site in sites.values() for room in site.rooms], by("room")
        case "site":
            return list(sites), by("site")
        case "role":
            return ["workstation", "nas", "offsite"], by("role")
        case _:
            both = [*inventory.groups, *inventory.machines]
            return both, lambda name: group(name) if name in inventory.groups else {name}
