"""The inventory's files as one: what stands where, who belongs to what, and what is defined twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from studio_backup.source import Document, Entry, Listing, Mapping, Node, Place, Text
from studio_backup.spec.findings import Findings
from studio_backup.spec.merge import submap
from studio_backup.spec.model import Room, Site
from studio_backup.spec.name_formats import NAME, slug
from studio_backup.spec.reading import text_of
from studio_backup.spec.wording import suggest

#: Problems after which part of a file's text is missing from its tree.
_LOSSY = ("SB106", "SB110", "SB111")
_SECTIONS = ("sites", "machines", "groups", "drives", "accounts", "policies", "waivers", "notify")

#: What belongs to no machine, as it is called by name -> its section.
THINGS = {"site": "sites", "drive": "drives", "account": "accounts", "policy": "policies"}


@dataclass
class Inventory:
    """The parts of all files by name. `damaged` names what has problems already."""

    name: str = ""
    defaults: Mapping | None = None
    sites: dict[str, Entry] = field(default_factory=dict)
    machines: dict[str, Entry] = field(default_factory=dict)
    groups: dict[str, Entry] = field(default_factory=dict)
    drives: dict[str, Entry] = field(default_factory=dict)
    accounts: dict[str, Entry] = field(default_factory=dict)
    policies: dict[str, Entry] = field(default_factory=dict)
    waivers: dict[str, Entry] = field(default_factory=dict)
    notify: dict[str, Entry] = field(default_factory=dict)
    damaged: dict[str, set[str]] = field(default_factory=lambda: {section: set() for section in _SECTIONS})
    defaults_damaged: bool = False
    complete: bool = True  # False when part of the text could not be read: nothing unknown is then reported
    misnamed: set[str] = field(default_factory=set)  # what malformed names were probably meant to be
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)  # group -> machines
    groups_of: dict[str, list[str]] = field(default_factory=dict)  # machine -> groups

    def is_unknown(self, name: str) -> bool:
        """True for a name that is certainly defined nowhere: nothing was unreadable, or only misspelt."""
        return self.complete and name not in self.misnamed

    def things(self) -> dict[str, Mapping]:
        """What is said of each site, drive, account and policy, as `drive:NAME`."""
        return {
            f"{kind}:{name}": entry.value
            for kind, section in THINGS.items()
            for name, entry in getattr(self, section).items()
            if isinstance(entry.value, Mapping)
        }

    def site_models(self) -> dict[str, Site]:
        """Every site with its rooms."""
        return {name: self._site(name, entry) for name, entry in self.sites.items()}

    def _site(self, name: str, entry: Entry) -> Site:
        node = entry.value
        return Site(
            name=name,
            rooms=self._rooms(name, node),
            kind=text_of(node, "kind", "own"),
            since=text_of(node, "from") or None,
            until=text_of(node, "until") or None,
            secured=text_of(node, "secured") == "yes",
            place=entry.key.place,
        )

    def _rooms(self, site: str, node: Node) -> dict[str, Room]:
        rooms = submap(node, "rooms")
        if not rooms:
            return {}
        return {
            room: Room(name=room, site=site, secured=text_of(entry.value, "secured") == "yes")
            for room, entry in rooms.entries.items()
        }

    def sites_with_room(self, room: str) -> list[str]:
        """Names of the sites that have a room of that name."""
        return [name for name, entry in self.sites.items() if room in self._rooms(name, entry.value)]


def gather(documents: Sequence[Document], findings: Findings) -> Inventory:
    """Join the files; report what is missing from all of them and what stands in two."""
    inventory = Inventory()
    single: dict[str, Text | Mapping] = {}
    version = False
    for document in documents:
        if not isinstance(document.root, Mapping):
            inventory.complete = False
            continue
        if any(problem.code in _LOSSY for problem in document.problems):
            inventory.complete = False
        version = version or "version" in document.root.entries
        for key in ("studio", "defaults"):
            entry = document.root.entries.get(key)
            if entry and _first(single.get(key), entry.key, key, findings) and not isinstance(entry.value, Listing):
                single[key] = entry.value
        inventory.defaults_damaged |= ("defaults",) in document.damaged
        for section in _SECTIONS:
            _join(inventory, section, document, findings)
    _whole(single, version, documents, inventory.complete, findings)
    name, defaults = single.get("studio"), single.get("defaults")
    inventory.name = name.value if isinstance(name, Text) else ""
    inventory.defaults = defaults if isinstance(defaults, Mapping) else None
    _gather_groups(inventory, findings)
    return inventory


def _first(known: Node | None, key: Text, title: str, findings: Findings) -> bool:
    if known is None:
        return True
    findings.add(key.place, "SB306", f"'{title}' is set twice: first at {known.place}", "keep one of the two")
    return False


def _join(inventory: Inventory, section: str, document: Document, findings: Findings) -> None:
    node = submap(document.root, section)
    if node is None:
        if isinstance(document.root, Mapping) and section in document.root.entries:
            inventory.complete = False
        return
    known: dict[str, Entry] = getattr(inventory, section)
    for name, entry in node.entries.items():
        if (section, name) in document.damaged or not isinstance(entry.value, Mapping | Listing):
            inventory.damaged[section].add(name)
        if not NAME.fullmatch(name):
            inventory.misnamed.add(slug(name))
        if (first := known.get(name)) is not None:
            message = f"'{name}' is defined twice: first at {first.key.place}"
            findings.add(entry.key.place, "SB306", message, "keep one of the two, or rename one")
        else:
            known[name] = entry


def _whole(
    single: dict[str, Text | Mapping],
    version: bool,
    documents: Sequence[Document],
    complete: bool,
    findings: Findings,
) -> None:
    """`version` and `studio` must stand in one of the files: certain only when all were read."""
    start = Place(documents[0].file if documents else "inventory", 1, 1)
    if complete and not version:
        findings.add(start, "SB202", "no file of the inventory says which version it is written for", "add version: 1")
    elif complete and "studio" not in single:
        findings.add(start, "SB202", "no file of the inventory names the studio", "add studio: NAME")


def _gather_groups(inventory: Inventory, findings: Findings) -> None:
    for name, entry in inventory.groups.items():
        if name in inventory.machines:
            message = f"the group '{name}' has the name of a machine (at {inventory.machines[name].key.place})"
            findings.add(entry.key.place, "SB307", message, "rename the group")
        if name in inventory.damaged["groups"]:
            inventory.members[name] = ()
            continue
        listing = entry.value.get("members") if isinstance(entry.value, Mapping) else entry.value
        items = listing.items if isinstance(listing, Listing) else []
        members = {item.value: item for item in items if isinstance(item, Text)}
        for machine, item in members.items():
            if machine in inventory.machines:
                inventory.groups_of.setdefault(machine, []).append(name)
            elif inventory.is_unknown(machine):
                fix = suggest(machine, inventory.machines, "define the machine first")
                findings.add(item.place, "SB304", f"there is no machine '{machine}'", fix)
        inventory.members[name] = tuple(machine for machine in members if machine in inventory.machines)
