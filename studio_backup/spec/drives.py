"""The drives of the inventory: what each is, and where it is kept."""

from __future__ import annotations

from studio_backup.source import Entry, Node, Place
from studio_backup.spec.amounts import parse_size
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.filling import Filler
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.media import USABLE
from studio_backup.spec.outside import TURN, Drive, Whereabouts
from studio_backup.spec.reading import place_of, text_of
from studio_backup.spec.schedule import DAY
from studio_backup.spec.schema import Schema, load_schema
from studio_backup.spec.wording import suggest

#: How long a disk may lie on a shelf: its bearings stick. Six months of 30 days.
SPIN_UP = 180 * DAY
#: Ten years: no drive that takes turns is older.
_LONGEST = 520 * 7 * DAY


def section_schema(section: str) -> Schema:
    """The part of the inventory's schema for one thing of a section."""
    schema: Schema = load_schema("inventory")["properties"][section]["additionalProperties"]
    return schema


def filled_section(section: str, inventory: Inventory, findings: Findings) -> dict[str, Entry]:
    """What a section says, without what has problems. Nothing can be filled in: it belongs to no machine."""
    filler, found = Filler("inventory", {}, findings), {}
    entries: dict[str, Entry] = getattr(inventory, section)
    for name, entry in entries.items():
        before = len(findings)
        value = filler.fill(entry.value, section_schema(section))
        if name not in inventory.damaged[section] and len(findings) == before:
            found[name] = Entry(entry.key, value)
    return found


def build_drives(inventory: Inventory, findings: Findings) -> dict[str, Drive]:
    """Every drive that can be built; why others cannot is reported."""
    found: dict[str, Drive] = {}
    for name, entry in filled_section("drives", inventory, findings).items():
        if drive := _drive(name, entry, inventory, findings):
            found[name] = drive
    return found


def _drive(name: str, entry: Entry, inventory: Inventory, findings: Findings) -> Drive | None:
    node, before = entry.value, len(findings)
    machine = text_of(node, "plugged_into") or None
    home = _home(node, machine, entry.key.place, inventory, findings)
    at = whereabouts(node, "at", inventory, findings) if text_of(node, "at") else home
    turn = _turn(node, entry.key.place, findings)
    if home is None or at is None or len(findings) > before:
        return None
    medium, spin_up = text_of(node, "medium"), text_of(node, "spin_up_every")
    capacity = text_of(node, "capacity")
    rests = medium == "hdd" and machine is None
    return Drive(
        name=name,
        serial=text_of(node, "serial") or None,
        by_id=text_of(node, "id") or None,
        medium=medium,
        format=text_of(node, "format") or None,
        capacity=parse_size(capacity) if capacity else USABLE.get(text_of(node, "format")),
        pieces=int(text_of(node, "pieces", "1")),
        read_with=text_of(node, "read_with") or None,
        software=text_of(node, "software") or None,
        home=home,
        at=at,
        plugged_into=machine,
        rotation=text_of(node, "rotation") or None,
        turn=turn,
        enclosure=text_of(node, "enclosure") or None,
        power=text_of(node, "power") or None,
        model=text_of(node, "model") or None,
        interface=text_of(node, "interface") or None,
        in_service=text_of(node, "in_service") or None,
        warranty_until=text_of(node, "warranty_until") or None,
        spin_up_every=parse_duration(spin_up) if spin_up else SPIN_UP if rests else None,
        refresh_by=text_of(node, "refresh_by") or None,
        place=entry.key.place,
    )


def _turn(node: Node, place: Place, findings: Findings) -> int:
    """How long it is here, where it takes turns with others."""
    text = text_of(node, "turn")
    if text and not text_of(node, "rotation"):
        message = "'turn' is of a drive that takes turns, and this one takes none"
        findings.add(place_of(node, "turn", place), "SB309", message, "add rotation: NAME, or leave turn: out")
    elif text and parse_duration(text) < DAY:
        message = f"a turn of {text} is less than a day"
        findings.add(place_of(node, "turn", place), "SB412", message, "write 1 day or more")
    elif text and parse_duration(text) > _LONGEST:
        message = f"a turn of {text} outlives the drives of its rotation"
        findings.add(place_of(node, "turn", place), "SB412", message, "write 520 weeks or less, or leave rotation: out")
    return parse_duration(text) if text else TURN


def _home(
    node: Node, machine: str | None, place: Place, inventory: Inventory, findings: Findings
) -> Whereabouts | None:
    """Where it is kept: its home, or where the machine stands that it stays plugged into."""
    if machine and text_of(node, "home"):
        findings.add(
            place_of(node, "plugged_into", place),
            "SB310",
            "'home' and 'plugged_into' stand side by side",
            "keep home: for a drive that is put away, plugged_into: for one that stays",
        )
    elif machine:
        return _beside(node, machine, place, inventory, findings)
    elif text_of(node, "home"):
        return whereabouts(node, "home", inventory, findings)
    else:
        message = "nothing says where this drive is kept"
        findings.add(place, "SB309", message, "add home: SITE, home: SITE/ROOM, or plugged_into: MACHINE")
    return None


def _beside(node: Node, machine: str, place: Place, inventory: Inventory, findings: Findings) -> Whereabouts | None:
    stands = inventory.machines.get(machine)
    if stands is None:
        if inventory.is_unknown(machine):
            fix = suggest(machine, inventory.machines, "define the machine first")
            findings.add(place_of(node, "plugged_into", place), "SB304", f"there is no machine '{machine}'", fix)
        return None
    room, site = text_of(stands.value, "room") or None, text_of(stands.value, "site")
    homes = inventory.sites_with_room(room) if room else []
    site = site or (homes[0] if len(homes) == 1 else "")
    return Whereabouts(site, room) if site else None  # what is wrong with the machine's place is told there


def whereabouts(node: Node, key: str, inventory: Inventory, findings: Findings) -> Whereabouts | None:
    """The place under a key, SITE or SITE/ROOM; None when there is no such place, which is then reported."""
    text = text_of(node, key)
    site, _, room = text.partition("/")
    sites = inventory.site_models()
    if site in sites and (not room or room in sites[site].rooms):
        return Whereabouts(site, room or None)
    if inventory.is_unknown(room if site in sites else site):
        known = [*sites, *(f"{one.name}/{room}" for one in sites.values() for room in one.rooms)]
        fix = suggest(text, known, "define it under sites:")
        findings.add(place_of(node, key, node.place), "SB304", f"there is no place '{text}'", fix)
    return None
