"""Whether each copy can be a job: who runs it, who it pulls from, and volumes told apart by id."""

from __future__ import annotations

from studio_backup.spec.duration import format_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.lint.windows_storage import check_windows_id
from studio_backup.spec.model import Copy, Dataset, System, Volume

_PULLED = "such a system can be pulled from; send the copy to a volume of a machine with Linux and systemd"
_CLONED = "between two of its own disks Windows makes clones: mode: clone; or send the copy elsewhere: transfer: push"
_PIN = "find it with `blkid` on that system (macOS: `diskutil info`) and pin it as id:, or in ids:"


def lint_jobs(sight: Sight, findings: Findings) -> None:
    """Report SB212, SB407 to SB409, SB412 and SB413."""
    for dataset in sight.studio.datasets.values():
        if dataset.quiet_limit < dataset.quiet:
            place = sight.dataset_place(dataset, "quiet-limit")
            message = f"quiet-limit is shorter than quiet ({format_duration(dataset.quiet)})"
            findings.add(place, "SB412", message, "make quiet-limit the longer of the two")
    for dataset, copy in sight.copies():
        _age(sight, copy, findings)
        origin = dataset.copies.get(copy.source_copy or "")
        local = (origin.machine if origin else dataset.machine) == copy.machine
        runners = _runners(sight, copy, local, findings)
        sources = _sources(sight, dataset, copy, findings)
        _ids(sight.volume(copy.machine, copy.volume), runners, findings)
        if copy.source_copy is None:
            _ids(sight.volume(dataset.machine, dataset.volume), sources, findings)


def _age(sight: Sight, copy: Copy, findings: Findings) -> None:
    if copy.max_age is not None and copy.max_age < copy.every.period:
        message = f"max-age is shorter than the time between two runs ({copy.every.text})"
        place = sight.copy_place(copy, "max-age")
        findings.add(place, "SB412", message, f"make it longer than {format_duration(copy.every.period)}, or delete it")


def runs_jobs(system: System, local: bool = False, mode: str = "") -> bool:
    """True for a system that jobs can be installed on; a Mac only makes copies from one of its volumes to another, and
    Windows only clones."""
    able = {"linux": True, "macos": local, "windows": local and mode == "clone"}
    return system.services != "none" and able.get(system.os, False)


def can_send(system: System) -> bool:
    """True for a system that can push what it holds into a landing elsewhere: something there starts the job."""
    return system.services != "none" and system.os in ("linux", "macos", "windows")


def _runners(sight: Sight, copy: Copy, local: bool, findings: Findings) -> list[System]:
    """The systems of the target machine that can make the copy."""
    volume = sight.volume(copy.machine, copy.volume)
    viewers = sight.viewers(volume)
    runners = [system for system in viewers if runs_jobs(system, local, copy.mode)]
    if runners or (copy.engine == "snapshot" and not viewers):  # a source that nobody mounts is reported as such
        return runners
    place = sight.copy_place(copy, "to")
    systems = sight.studio.machines[copy.machine].systems.values()
    able = [system.name for system in systems if runs_jobs(system, local, copy.mode)]
    if not viewers or able:
        seen = f"no system of '{copy.machine}' that could run the job mounts the volume '{copy.volume}'"
        findings.add(place, "SB413", seen, f"add its path for {' or '.join(able) or 'a system'} to paths:")
    else:
        reasons = "; ".join(f"'{system.full_name}' {_why_not(system)}" for system in viewers)
        fix = "delete snapshots: here" if copy.engine == "snapshot" else _PULLED
        if local and any(system.os == "windows" for system in viewers):
            fix = _CLONED
        findings.add(place, "SB407", f"no job can run on '{copy.machine}': {reasons}", fix)
    return []


def _why_not(system: System) -> str:
    return f"runs {system.os}" if system.os != "linux" else "has no systemd"


def _sources(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> list[System]:
    """The systems that are read; a chain pulls from where the other copy's job runs anyway."""
    if copy.source_copy is not None:
        return []
    volume = sight.volume(dataset.machine, dataset.volume)
    viewers = sight.viewers(volume)
    place = sight.dataset_place(dataset, "source")
    if not viewers:
        message = f"no system of '{dataset.machine}' mounts the volume '{dataset.volume}'"
        findings.add(place, "SB413", message, "add path: or paths: to the volume")
        return []
    local = dataset.machine == copy.machine
    sources = [
        system
        for system in viewers
        if copy.transfer == "push" or system.os != "windows" or runs_jobs(system, local, copy.mode)
    ]
    if not sources and not local:  # SB407 speaks of what stays on its machine
        names = ", ".join(f"'{system.full_name}'" for system in viewers)
        message = f"nobody can pull from Windows, and only {names} mounts the volume '{dataset.volume}'"
        fix = "let Windows send: transfer: push and password: {env: VARIABLE} on the copy, or add a Linux system"
        findings.add(place, "SB408", message, fix)
    return sources


def _ids(volume: Volume, systems: list[System], findings: Findings) -> None:
    missing = [system.name for system in systems if system.name not in volume.ids]
    if missing:
        message = f"a job uses the volume '{volume.full_name}', and its id on {' and '.join(missing)} is not known"
        findings.add(volume.place, "SB409", message, _PIN)
    for system in systems:
        check_windows_id(volume, system, findings)
