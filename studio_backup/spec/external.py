"""The copies of one dataset that other products make: where they go, what they keep, what can be known of them."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.source import Entry, Mapping, Place
from studio_backup.spec.copies import SNAPSHOTS
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.model import Machine
from studio_backup.spec.outside import Account, Drive, External
from studio_backup.spec.paths import parse_destination, sub_path
from studio_backup.spec.plays import Held
from studio_backup.spec.reading import entries_of, place_of, text_of, texts_of
from studio_backup.spec.schedule import rhythm
from studio_backup.spec.tools import LEVELS, TOOLS
from studio_backup.spec.wording import suggest


@dataclass(frozen=True)
class _Goal:
    """One of the three is set, or none where the destination is not there."""

    drive: Drive | None = None
    account: Account | None = None
    machine: str | None = None
    volume: str | None = None
    path: str = ""
    share: str | None = None


def build_external(dataset: str, tree: Mapping, held: Held) -> dict[str, External]:
    """Every copy by another product whose references are good; why others are not is reported."""
    beside = {key: entry for key, entry in tree.entries.items() if key == SNAPSHOTS}
    copies, found = {**entries_of(tree, "copies"), **beside}, {}
    for name, entry in entries_of(tree, "external").items():
        if name in copies:
            message = f"'{name}' is a copy of this dataset already: first at {copies[name].key.place}"
            held.findings.add(entry.key.place, "SB306", message, "rename one of the two")
        elif external := _external(dataset, name, entry, held):
            found[name] = external
    return found


def _external(dataset: str, name: str, entry: Entry, held: Held) -> External | None:
    node, place = entry.value, entry.key.place
    tool, before = TOOLS[text_of(node, "tool")], len(held.findings)
    goal = _goal(entry, held)
    level = text_of(node, "level", tool.level)
    if LEVELS.index(level) < LEVELS.index(tool.level):
        message = f"nothing of {tool.title} can be {level}"
        fix = f"write level: {tool.level}, or leave it out"
        held.findings.add(place_of(node, "level", place), "SB418", message, fix)
    sees = _sees(dataset, entry, held)
    if goal is None or len(held.findings) > before:
        return None
    every = rhythm(text_of(node, "every", tool.every))
    versions, limit = text_of(node, "versions"), text_of(node, "max-age")
    kept = goal.account.versions if goal.account and goal.account.versions is not None else tool.versions
    return External(
        name=name,
        dataset=dataset,
        tool=text_of(node, "tool"),
        drive=goal.drive.name if goal.drive else None,
        account=goal.account.name if goal.account else None,
        machine=goal.machine,
        volume=goal.volume,
        path=goal.path,
        share=goal.share,
        every=every,
        versions=parse_duration(versions) if versions else kept,
        sees=sees,
        level=level,
        max_age=parse_duration(limit) if limit else max(every.max_age(), tool.late),
        place=place,
    )


def _sees(dataset: str, entry: Entry, held: Held) -> tuple[str, ...] | None:
    machine = held.machines[dataset.partition("/")[0]]
    words = texts_of(entry.value, "sees")
    for word in words:
        if word.value not in machine.volumes:
            fix = suggest(word.value, machine.volumes, "define the volume first")
            held.findings.add(word.place, "SB304", f"'{machine.name}' has no volume '{word.value}'", fix)
    return tuple(dict.fromkeys(word.value for word in words)) or None


def _goal(entry: Entry, held: Held) -> _Goal | None:
    kind, name, volume, path = parse_destination(text_of(entry.value, "to"))
    place = place_of(entry.value, "to", entry.key.place)
    if kind == "drive":
        return _named("drive", name, held.drives, held.inventory.drives, place, held)
    if kind == "account":
        return _named("account", name, held.accounts, held.inventory.accounts, place, held)
    declared = held.inventory.machines
    if name not in declared:
        if held.inventory.is_unknown(name):
            fix = suggest(name, declared, "define the machine first, or write drive:NAME or account:NAME")
            held.findings.add(place, "SB304", f"there is no machine '{name}'", fix)
        return None
    if name not in held.machines:
        return None
    if kind == "share":
        return _share(name, volume, place, held)
    return _volume(held.machines[name], volume, path, place, held.findings)


def _share(machine: str, share: str, place: Place, held: Held) -> _Goal | None:
    """The volume and folder of a share that a play keeps; one with problems of its own is reported there."""
    tree = held.kept.get((machine, "samba-share", share))
    if tree is not None and text_of(tree, "volume") in held.machines[machine].volumes:
        path = sub_path(text_of(tree, "path"))
        return _Goal(machine=machine, volume=text_of(tree, "volume"), path=path, share=share)
    if "\0".join((machine, "samba-share", share)) not in held.places:
        known = [name for owner, kind, name in held.kept if (owner, kind) == (machine, "samba-share")]
        fix = suggest(share, known, f"add samba-share: {{{share}: …}} to a play for '{machine}'")
        held.findings.add(place, "SB304", f"'{machine}' has no share '{share}'", fix)
    return None


def _volume(machine: Machine, volume: str, path: str, place: Place, findings: Findings) -> _Goal | None:
    if volume in machine.volumes:
        return _Goal(machine=machine.name, volume=volume, path=path)
    fix = suggest(volume, machine.volumes, "define the volume first")
    findings.add(place, "SB304", f"'{machine.name}' has no volume '{volume}'", fix)
    return None


def _named(
    kind: str,
    name: str,
    known: dict[str, Drive] | dict[str, Account],
    declared: dict[str, Entry],
    place: Place,
    held: Held,
) -> _Goal | None:
    if name not in declared and held.inventory.is_unknown(name):
        fix = suggest(name, declared, f"define it under {kind}s: in the inventory")
        held.findings.add(place, "SB304", f"there is no {kind} '{name}'", fix)
    match known.get(name):
        case Drive() as drive:
            return _Goal(drive=drive)
        case Account() as account:
            return _Goal(account=account)
    return None
