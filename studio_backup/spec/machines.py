"""A machine's effective tree as the typed model; what only shows now is reported."""

from __future__ import annotations

from collections.abc import Collection

from studio_backup.source import Entry, Mapping
from studio_backup.spec.arrays import build_arrays
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.layers import Effective
from studio_backup.spec.model import Alarm, Disk, Machine
from studio_backup.spec.outside import Drive
from studio_backup.spec.reading import entries_of, text_of
from studio_backup.spec.systems import build_systems, check_installed
from studio_backup.spec.volumes import build_volumes

ASLEEP_LIMIT = 7 * 86400


def build_machine(
    held: Effective,
    groups: tuple[str, ...],
    findings: Findings,
    drives: dict[str, Drive],
    declared: Collection[str],
) -> Machine | None:
    """None when it cannot be built; why is then reported. `declared` names all drives, those with problems, too."""
    before = len(findings)
    systems = build_systems(held.name, held.tree, findings)
    disks = {
        name: disk for name, entry in entries_of(held.tree, "disks").items() if (disk := _disk(name, entry, findings))
    }
    arrays = build_arrays(held.name, held.tree, findings)
    volumes = build_volumes(held.name, held.tree, systems, findings, declared)
    disks |= {one.on: _travelling(drives[one.on]) for one in volumes.values() if one.on in drives}
    check_installed(held.name, held.tree, systems, [*disks, *arrays, *volumes], findings)
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


def _disk(name: str, entry: Entry, findings: Findings) -> Disk | None:
    node = entry.value
    serial, by_id = text_of(node, "serial") or None, text_of(node, "id") or None
    if serial is None and by_id is None:
        message = f"nothing says which device the disk '{name}' is"
        findings.add(entry.key.place, "SB309", message, "add serial: from its label, or id: from /dev/disk/by-id")
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
