"""A machine's effective tree as the typed model; what only shows now is reported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from studio_backup.source import Entry, Listing, Mapping, Node, Place
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.layers import Effective
from studio_backup.spec.merge import submap
from studio_backup.spec.model import Alarm, Array, Disk, Jump, Machine, System
from studio_backup.spec.outside import Drive
from studio_backup.spec.reading import entries_of, place_of, text_of, texts_of
from studio_backup.spec.storage import array_id
from studio_backup.spec.volumes import build_volumes
from studio_backup.spec.wording import suggest

OS_NAMES = ("linux", "macos", "windows")
ASLEEP_LIMIT = 7 * 86400
#: Fewest disks of each level, in the words of its kind.
LEVELS: dict[str, dict[str, int]] = {
    "md": {"raid0": 2, "raid1": 2, "raid4": 3, "raid5": 3, "raid6": 4, "raid10": 2, "linear": 1},
    "btrfs": {
        "single": 1,
        "raid0": 2,
        "raid1": 2,
        "raid1c3": 3,
        "raid1c4": 4,
        "raid10": 4,
        "raid5": 3,
        "raid6": 4,
    },
    "zfs": {"stripe": 1, "mirror": 2, "raidz1": 3, "raidz2": 4, "raidz3": 5},
    "appleraid": {"stripe": 2, "mirror": 2, "concat": 2},
    "storage-space": {"simple": 1, "mirror": 2, "three-way-mirror": 5, "parity": 3},
    "dynamic": {"spanned": 2, "striped": 2, "mirror": 2, "raid5": 3},
    "hardware": {"raid0": 2, "raid1": 2, "raid5": 3, "raid6": 4, "raid10": 4},
    "beyondraid": {"single": 2, "dual": 3},
}


@dataclass
class _Builder:
    name: str
    tree: Mapping
    findings: Findings


def build_machine(
    held: Effective,
    groups: tuple[str, ...],
    findings: Findings,
    drives: dict[str, Drive],
    declared: Collection[str],
) -> Machine | None:
    """None when it cannot be built; why is then reported. `declared` names all drives, those with problems, too."""
    builder = _Builder(held.name, held.tree, findings)
    before = len(findings)
    systems = {
        name: system
        for name, entry in entries_of(held.tree, "systems").items()
        if (system := _system(builder, name, entry))
    }
    disks = {
        name: disk for name, entry in entries_of(held.tree, "disks").items() if (disk := _disk(builder, name, entry))
    }
    arrays = {
        name: array
        for name, entry in entries_of(held.tree, "arrays").items()
        if (array := _array(builder, name, entry))
    }
    volumes = build_volumes(held.name, held.tree, systems, findings, declared)
    disks |= {one.on: _travelling(drives[one.on]) for one in volumes.values() if one.on in drives}
    _installed(builder, systems, [*disks, *arrays, *volumes])
    if len(findings) > before and len(systems) < len(entries_of(held.tree, "systems")):
        return None
    exclusive, variables = text_of(held.tree, "exclusive"), held.values["vars"]
    limit = text_of(held.tree, "asleep-limit")
    return Machine(
        name=held.name,
        role=text_of(held.tree, "role"),
        site=held.site,
        room=held.room,
        exclusive=exclusive == "true" if exclusive else len(systems) > 1,
        systems=systems,
        disks=disks,
        arrays=arrays,
        volumes=volumes,
        groups=groups,
        variables=variables if isinstance(variables, dict) else {},
        asleep_limit=parse_duration(limit) if limit else ASLEEP_LIMIT,
        alarm=_alarm(held.tree),
        place=held.place,
    )


def _alarm(tree: Mapping) -> Alarm | None:
    """None where it names nobody: an empty one takes away what a lower layer says."""
    entry = tree.entries.get("alarm")
    if entry is None:
        return None
    mail, webhook = text_of(entry.value, "mail"), text_of(entry.value, "webhook")
    return Alarm(mail=mail or None, webhook=webhook or None, place=entry.key.place) if mail or webhook else None


def _system(builder: _Builder, name: str, entry: Entry) -> System | None:
    node, place = entry.value, entry.key.place
    os = text_of(node, "os") or (name if name in OS_NAMES else "")
    missing = [key for key in ("address", "user", "host_key") if not text_of(node, key)]
    missing += [] if os else ["os"]
    if missing:
        keys = " and no ".join(missing)
        fix = "add it here, or as system: in the machine, a group, the room, the site or defaults"
        if "host_key" in missing:
            fix = "add the text of its /etc/ssh/ssh_host_ed25519_key.pub"
        elif "os" in missing:
            fix = f"add os: {' | '.join(OS_NAMES)}, or take one of them as its name"
        builder.findings.add(place, "SB309", f"the system '{builder.name}/{name}' has no {keys}", fix)
        return None
    return System(
        machine=builder.name,
        name=name,
        os=os,
        address=text_of(node, "address"),
        port=int(text_of(node, "port", "22")),
        user=text_of(node, "user"),
        host_key=host_key(text_of(node, "host_key")),
        become=text_of(node, "become") or None,
        identity=text_of(node, "identity") or None,
        services=text_of(node, "services", "systemd"),
        on=text_of(node, "on") or None,
        jump=_jumps(node),
        place=place,
    )


def host_key(text: str) -> str:
    """Type and base64, without the comment that may follow."""
    return " ".join(text.split()[:2])


def _jumps(node: Node) -> tuple[Jump, ...]:
    listing = node.get("jump") if isinstance(node, Mapping) else None
    items = listing.items if isinstance(listing, Listing) else []
    return tuple(
        Jump(
            address=text_of(item, "address"),
            user=text_of(item, "user"),
            port=int(text_of(item, "port", "22")),
            host_key=host_key(text_of(item, "host_key")),
            identity=text_of(item, "identity") or None,
        )
        for item in items
    )


def _disk(builder: _Builder, name: str, entry: Entry) -> Disk | None:
    node = entry.value
    serial, by_id = text_of(node, "serial") or None, text_of(node, "id") or None
    if serial is None and by_id is None:
        message = f"nothing says which device the disk '{name}' is"
        builder.findings.add(
            entry.key.place, "SB309", message, "add serial: from its label, or id: from /dev/disk/by-id"
        )
        return None
    in_service = text_of(node, "in_service") or None
    medium = text_of(node, "medium")
    return Disk(
        name=name,
        serial=serial,
        by_id=by_id,
        medium=medium,
        in_service=in_service,
        enclosure=text_of(node, "enclosure") or None,
        controller=text_of(node, "controller") or None,
        power=text_of(node, "power") or None,
        model=text_of(node, "model") or None,
        interface=text_of(node, "interface") or None,
        warranty_until=text_of(node, "warranty_until") or None,
        place=entry.key.place,
    )


def _travelling(drive: Drive) -> Disk:
    """A drive as the disk that it is while it is plugged in."""
    return Disk(
        name=drive.name,
        serial=drive.serial,
        by_id=drive.by_id,
        medium=drive.medium,
        in_service=drive.in_service,
        enclosure=drive.enclosure,
        power=drive.power,
        model=drive.model,
        interface=drive.interface,
        warranty_until=drive.warranty_until,
        travels=True,
        place=drive.place,
    )


def _installed(builder: _Builder, systems: dict[str, System], known: list[str]) -> None:
    """Report systems that are installed on what the machine does not have."""
    declared = {name for key in ("disks", "arrays", "volumes") for name in entries_of(builder.tree, key)}
    for name, system in systems.items():
        if system.on and system.on not in declared:
            place = place_of(submap(submap(builder.tree, "systems"), name), "on", system.place)
            fix = suggest(system.on, known, "define the disk or the volume first")
            builder.findings.add(place, "SB304", f"'{builder.name}' has no disk or volume '{system.on}'", fix)


def _array(builder: _Builder, name: str, entry: Entry) -> Array | None:
    node, place = entry.value, entry.key.place
    kind, level = text_of(node, "kind"), text_of(node, "level")
    members, spares = texts_of(node, "members"), texts_of(node, "spares")
    known = list(entries_of(builder.tree, "disks"))
    for member in (*members, *spares):
        if member.value not in known:
            fix = suggest(member.value, known, "define the disk first")
            builder.findings.add(member.place, "SB304", f"'{builder.name}' has no disk '{member.value}'", fix)
    levels = LEVELS.get(kind, {})
    level_place = place_of(node, "level", place)
    if level not in levels:
        fix = suggest(level, levels, "look at the levels of this kind")
        builder.findings.add(level_place, "SB405", f"{kind} has no level '{level}'", fix)
        return None
    names = tuple(dict.fromkeys(member.value for member in members))
    if len(names) < levels[level]:
        message = f"{kind} {level} needs {levels[level]} disks, '{name}' has {len(names)}"
        builder.findings.add(level_place, "SB405", message, "add members, or choose another level")
        return None
    waiting = tuple(dict.fromkeys(spare.value for spare in spares))
    _spares(builder, name, kind, level, (names, waiting), place_of(node, "spares", place))
    uuid = array_id(text_of(node, "id")) or None
    return Array(name=name, kind=kind, level=level, members=names, spares=waiting, id=uuid, place=place)


def _spares(
    builder: _Builder, name: str, kind: str, level: str, disks: tuple[tuple[str, ...], tuple[str, ...]], place: Place
) -> None:
    """Only md arrays that can lose a disk have use for one that waits, and it waits beside the members."""
    members, spares = disks
    if spares and (kind != "md" or level in ("raid0", "linear")):
        message = f"{kind} {level} takes no spares"
        builder.findings.add(place, "SB405", message, "delete them here; only md arrays with redundancy take some")
    both = [spare for spare in spares if spare in members]
    if both:
        message = f"'{both[0]}' is a member and a spare of '{name}'"
        builder.findings.add(place, "SB406", message, "name each disk once")
