"""The copies of one dataset: targets and sources by name, schedules and limits as values."""

from __future__ import annotations

import dataclasses
import functools

from studio_backup.secret import Secret
from studio_backup.source import Entry, Mapping, Node, Place
from studio_backup.spec.amounts import parse_bandwidth
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.model import Brake, Copy, Machine
from studio_backup.spec.paths import parse_target
from studio_backup.spec.reading import entries_of, place_of, text_of, texts_of
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import Schedule
from studio_backup.spec.secrets import find_secret
from studio_backup.spec.wording import suggest

#: How often a copy `from` another asks whether there is something new, unless it says.
CHAIN_SCHEDULE = "15 min"

#: What a dataset's own snapshots are called, and where they lie on its volume.
SNAPSHOTS = "snapshots"
SNAPSHOTS_FOLDER = ".studio-backup-snapshots"

schedule_of = functools.lru_cache(maxsize=1024)(Schedule.parse)


def build_copies(
    dataset: str, tree: Mapping, inventory: Inventory, machines: dict[str, Machine], findings: Findings
) -> dict[str, Copy]:
    """Every copy whose references are good; why others are not is reported."""
    entries = entries_of(tree, "copies")
    copies: dict[str, Copy] = {}
    beside = [SNAPSHOTS] if tree.get("snapshots") is not None else []
    for name, entry in entries.items():
        if name in beside:
            message = f"'{name}' is what the snapshots of '{dataset}' are called already"
            findings.add(entry.key.place, "SB306", message, "give the copy another name")
            continue
        target = _target(entry, inventory, machines, findings)
        known_source = _source(name, entry, [*beside, *entries], findings)
        every = _every(name, entry, findings)
        password = _password(name, entry, findings)
        if target is None or not known_source or every is None or not password:
            continue
        # What is closed does not change: any file that is rewritten or gone stops the copy until somebody accepts it.
        usual = Brake(percent=0, files=0) if text_of(tree, "kind") == "archive" else Brake()
        made = _copy(dataset, name, entry, target, every, usual)
        copies[name] = dataclasses.replace(made, password=password[0])
    return copies


def _password(name: str, entry: Entry, findings: Findings) -> tuple[Secret | None, ...]:
    """The reference, None where none is asked for; empty when what stands there was reported."""
    node = entry.value.get("password") if isinstance(entry.value, Mapping) else None
    if node is None:
        return (None,)
    found = find_secret(node, place_of(entry.value, "password", entry.key.place), "password", f"of '{name}'", findings)
    return (found,) if found else ()


def _copy(dataset: str, name: str, entry: Entry, target: tuple[str, str, str], every: Schedule, usual: Brake) -> Copy:
    node = entry.value
    brake = node.get("brake") if isinstance(node, Mapping) else None
    bandwidth, max_age = text_of(node, "bandwidth"), text_of(node, "max-age")
    return Copy(
        name=name,
        dataset=dataset,
        machine=target[0],
        volume=target[1],
        path=target[2],
        source_copy=text_of(node, "from") or None,
        every=every,
        keep=_retention(node.get("keep") if isinstance(node, Mapping) else None),
        mode=text_of(node, "mode", "versioned"),
        engine=text_of(node, "engine", "rsync"),
        brake=Brake(
            percent=int(text_of(brake, "percent", str(usual.percent))),
            files=int(text_of(brake, "files", str(usual.files))),
        ),
        floor=int(text_of(node, "floor", "1")),
        max_age=parse_duration(max_age) if max_age else None,
        bandwidth=parse_bandwidth(bandwidth) if bandwidth else None,
        transfer=text_of(node, "transfer", "pull"),
        control=text_of(node, "control", "ssh"),
        password_version=text_of(node, "password-version"),
        place=entry.key.place,
    )


def build_snapshots(machine: str, dataset: str, volume: str, tree: Mapping) -> dict[str, Copy]:
    """The dataset's snapshots, where it asks for them, as the copy that they are: beside the data, on its volume."""
    entry = tree.entries.get("snapshots")
    if entry is None:
        return {}
    node = entry.value
    asked = _copy(f"{machine}/{dataset}", SNAPSHOTS, entry, (machine, volume, f"{SNAPSHOTS_FOLDER}/{dataset}"),
                  schedule_of(text_of(node, "every")), Brake())  # fmt: skip
    return {SNAPSHOTS: dataclasses.replace(asked, engine="snapshot", by=text_of(node, "by", "own"))}


def _retention(node: Node | None) -> Retention:
    counts = {
        rule: int(text_of(node, rule, "0")) for rule in ("last", "hourly", "daily", "weekly", "monthly", "yearly")
    }
    return Retention(**counts, hold=tuple(item.value for item in texts_of(node, "hold")))


def _target(
    entry: Entry, inventory: Inventory, machines: dict[str, Machine], findings: Findings
) -> tuple[str, str, str] | None:
    """Machine, volume and path; None when one of the names is not there."""
    machine, volume, path = parse_target(text_of(entry.value, "to"))
    place = place_of(entry.value, "to", entry.key.place)
    if machine not in inventory.machines:
        if inventory.is_unknown(machine):
            fix = suggest(machine, inventory.machines, "define the machine first")
            findings.add(place, "SB304", f"there is no machine '{machine}'", fix)
        return None
    if machine not in machines:
        return None
    declared = entries_of(inventory.machines[machine].value, "volumes")
    if volume not in declared:
        fix = suggest(volume, declared, "define the volume first")
        findings.add(place, "SB304", f"'{machine}' has no volume '{volume}'", fix)
    return (machine, volume, path) if volume in machines[machine].volumes else None


def _source(name: str, entry: Entry, copies: list[str], findings: Findings) -> bool:
    source = text_of(entry.value, "from")
    if not source or source in copies:
        return True
    place: Place = place_of(entry.value, "from", entry.key.place)
    others = [copy for copy in copies if copy != name]
    fix = suggest(source, others, "delete from: to copy from the source itself")
    findings.add(place, "SB304", f"there is no copy '{source}' of this dataset", fix)
    return False


def _every(name: str, entry: Entry, findings: Findings) -> Schedule | None:
    text = text_of(entry.value, "every")
    if not text and not text_of(entry.value, "from"):
        findings.add(entry.key.place, "SB202", f"nothing says when the copy '{name}' is made", "add every: hour")
        return None
    return schedule_of(text or CHAIN_SCHEDULE)
