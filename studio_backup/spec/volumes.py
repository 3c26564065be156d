"""The volumes of a machine: what they lie on, and their id and path on each system that sees them."""

from __future__ import annotations

from collections.abc import Collection

from studio_backup.source import Entry, Mapping
from studio_backup.spec.findings import Findings
from studio_backup.spec.model import System, Volume
from studio_backup.spec.paths import is_windows_path, mount_path
from studio_backup.spec.reading import entries_of, place_of, text_of
from studio_backup.spec.wording import MalformedError, suggest


def build_volumes(
    machine: str, tree: Mapping, systems: dict[str, System], findings: Findings, drives: Collection[str] = ()
) -> dict[str, Volume]:
    """Every volume of the machine that can be built; why others cannot is reported."""
    own = [*entries_of(tree, "disks"), *entries_of(tree, "arrays")]
    known = [*own, *drives]
    declared = list(entries_of(tree, "systems"))
    volumes: dict[str, Volume] = {}
    for name, entry in entries_of(tree, "volumes").items():
        before = len(findings)
        on = text_of(entry.value, "on")
        if on not in known:
            fix = suggest(on, known, "define the disk or the array first")
            findings.add(
                place_of(entry.value, "on", entry.key.place),
                "SB304",
                f"'{machine}' has no disk or array '{on}'",
                fix,
            )
        elif on in own and on in drives:
            place = place_of(entry.value, "on", entry.key.place)
            message = f"'{on}' is a disk or an array of '{machine}', and a drive, too"
            findings.add(place, "SB307", message, "rename one of the two")
        if not _one_of_each(name, entry, findings):
            continue
        ids = _per_system(machine, entry, "id", "ids", declared, findings)
        paths = _paths(machine, entry, declared, systems, findings)
        if len(findings) == before:
            filesystem = text_of(entry.value, "filesystem")
            volumes[name] = Volume(
                machine=machine,
                name=name,
                on=on,
                filesystem=filesystem,
                ids=ids,
                paths=paths,
                encryption=text_of(entry.value, "encryption") or None,
                place=entry.key.place,
            )
    return volumes


def _one_of_each(name: str, entry: Entry, findings: Findings) -> bool:
    """`path` or `paths`, and at most one of `id` and `ids`."""
    node = entry.value
    if not isinstance(node, Mapping):
        return False
    good = True
    for single, several in (("id", "ids"), ("path", "paths")):
        if single in node.entries and several in node.entries:
            place = node.entries[several].key.place
            message = f"'{single}' and '{several}' stand side by side in the volume '{name}'"
            findings.add(place, "SB310", message, f"keep {single}: if it is equal on every system, else {several}:")
            good = False
    if "path" not in node.entries and "paths" not in node.entries:
        findings.add(
            entry.key.place,
            "SB309",
            f"nothing says where the volume '{name}' is mounted",
            "add path: or paths:",
        )
        good = False
    return good


def _per_system(
    machine: str, entry: Entry, single: str, several: str, declared: list[str], findings: Findings
) -> dict[str, str]:
    """The value for each system: one for all, or one each."""
    node = entry.value
    if value := text_of(node, single):
        return dict.fromkeys(declared, value)
    named = entries_of(node, several)
    for name, inner in named.items():
        if name not in declared:
            fix = suggest(name, declared, "name one of its systems")
            findings.add(inner.key.place, "SB304", f"'{machine}' has no system '{name}'", fix)
    held = node.entries[several].value if isinstance(node, Mapping) and several in node.entries else None
    return {name: text_of(held, name) for name in named if name in declared}


def _paths(
    machine: str, entry: Entry, declared: list[str], systems: dict[str, System], findings: Findings
) -> dict[str, str]:
    written = _per_system(machine, entry, "path", "paths", declared, findings)
    paths: dict[str, str] = {}
    for name, text in written.items():
        held = entry.value.get("paths") if isinstance(entry.value, Mapping) else None
        place = place_of(held, name, place_of(entry.value, "path", entry.key.place))
        try:
            paths[name] = mount_path(text)
        except MalformedError as error:
            findings.malformed(place, "SB211", error)
            continue
        system = systems.get(name)
        if system and (system.os == "windows") != is_windows_path(text):
            kind = "a Windows path" if is_windows_path(text) else "no Windows path"
            fix = "write paths: with one path for each system"
            findings.add(place, "SB211", f"'{text}' is {kind}, but '{machine}/{name}' runs {system.os}", fix)
    return paths
