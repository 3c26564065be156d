"""Copies against each other and their source: circles, shared disks, shared directories."""

from __future__ import annotations

from collections.abc import Iterator

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.sight import Sight, directory
from studio_backup.spec.model import Copy, Dataset, Volume
from studio_backup.spec.paths import inside

_CASELESS = ("exfat", "fat32", "ntfs", "refs", "apfs", "hfs+")


def lint_copies(sight: Sight, findings: Findings) -> None:
    """Report SB401 to SB404."""
    for dataset in sight.studio.datasets.values():
        _circles(sight, dataset, findings)
    for dataset, copy in sight.copies():
        if copy.engine == "snapshot":  # beside the data on purpose, and never counted as a copy
            continue
        if not _into_source(sight, dataset, copy, findings):
            _own_disk(sight, dataset, copy, findings)
    landing: dict[str, list[Copy]] = {}
    for _, copy in sight.copies():
        landing.setdefault(copy.machine, []).append(copy)
    for machine, copies in landing.items():
        _shared_directories(sight, machine, copies, findings)


def _circles(sight: Sight, dataset: Dataset, findings: Findings) -> None:
    """Follow `from` from every copy; each circle is reported once, at the copy where it was entered."""
    done: set[str] = set()
    for start in dataset.copies:
        path: list[str] = []
        name: str | None = start
        while name is not None and name in dataset.copies and name not in done and name not in path:
            path.append(name)
            name = dataset.copies[name].source_copy
        if name in path:
            circle = " from ".join([*path[path.index(name) :], name])
            copy = dataset.copies[name]
            message = f"these copies feed each other and none the source: {circle}"
            findings.add(
                sight.copy_place(copy, "from"),
                "SB401",
                message,
                "let one of them copy from the source: delete its from:",
            )
        done.update(path)


def _into_source(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> bool:
    """True when the copy lands in its source, or the source lies in the copy."""
    if copy.machine != dataset.machine:
        return False
    source, target = sight.volume(dataset.machine, dataset.volume), sight.volume(copy.machine, copy.volume)
    for system in source.paths.keys() & target.paths.keys():
        origin, landing = _comparable(source, system, dataset.path), _comparable(target, system, copy.path)
        if inside(landing, origin) or inside(origin, landing):
            message = f"'{copy.full_name}' lands inside its own source, {directory(source, system, dataset.path)}"
            findings.add(
                sight.copy_place(copy, "to"),
                "SB403",
                message,
                "send it to another machine, or to another disk at least",
            )
            return True
    return False


def _own_disk(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    target = sight.disks(sight.volume(copy.machine, copy.volume))
    protected = [(f"the source of '{dataset.full_name}'", sight.volume(dataset.machine, dataset.volume))]
    feeding = dataset.copies.get(copy.source_copy or "")
    if feeding is not None and feeding is not copy:
        protected.append((f"the copy '{feeding.name}'", sight.volume(feeding.machine, feeding.volume)))
    for title, volume in protected:
        shared = target & sight.disks(volume)
        if shared:
            names = ", ".join(f"{machine}/{disk}" for machine, disk in sorted(shared))
            message = f"'{copy.full_name}' lies on the same disk as {title}: {names}"
            findings.add(
                sight.copy_place(copy, "to"),
                "SB402",
                message,
                "send it to another disk: one failure would take both",
            )
            return


def _shared_directories(sight: Sight, machine: str, copies: list[Copy], findings: Findings) -> None:
    """Compare the landings of all datasets on one machine, as each of its systems sees them."""
    reported: set[tuple[str, str]] = set()
    for system in sight.studio.machines[machine].systems:
        landings = sorted(_landings(sight, copies, system))
        outer: list[tuple[list[str], Copy]] = []
        for parts, _, copy in landings:
            while outer and parts[: len(outer[-1][0])] != outer[-1][0]:
                outer.pop()
            if outer and (copy.full_name, outer[-1][1].full_name) not in reported:
                reported.add((copy.full_name, outer[-1][1].full_name))
                _report_shared(sight, copy, outer[-1][1], same=parts == outer[-1][0], findings=findings)
            outer.append((parts, copy))


def _report_shared(sight: Sight, copy: Copy, other: Copy, *, same: bool, findings: Findings) -> None:
    where = "in the directory" if same else "inside the directory"
    place, other_place = sight.copy_place(copy, "to"), sight.copy_place(other, "to")
    at = "" if place == other_place else f" (at {other_place})"
    message = f"'{copy.full_name}' lands {where} of '{other.full_name}'{at}"
    findings.add(place, "SB404", message, 'give each its own, as in "nas:tank/{{ machine.name }}/sessions"')


def _landings(sight: Sight, copies: list[Copy], system: str) -> Iterator[tuple[list[str], str, Copy]]:
    for copy in copies:
        volume = sight.volume(copy.machine, copy.volume)
        if system in volume.paths:
            yield _comparable(volume, system, copy.path).split("/"), copy.full_name, copy


def _comparable(volume: Volume, system: str, path: str) -> str:
    """A directory as text to compare: without case where the file system ignores it."""
    text = directory(volume, system, path)
    return text.casefold() if volume.filesystem in _CASELESS else text
