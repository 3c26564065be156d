"""Copies that are pushed and volumes that are cloned: only where each can be what it promises."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.jobs import can_send, runs_jobs
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Copy, Dataset
from studio_backup.spec.shares import is_plain


def lint_transfers(sight: Sight, findings: Findings) -> None:
    """Report SB422."""
    for dataset, copy in sight.copies():
        if copy.transfer == "push":
            _pushed(sight, dataset, copy, findings)
        if copy.mode == "clone":
            _cloned(sight, dataset, copy, findings)
        _logged_in(sight, dataset, copy, findings)


def _pushed(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    place, name = sight.copy_place(copy, "transfer"), copy.full_name
    if copy.source_copy is not None:
        message = f"'{name}' copies from another copy, which is always fetched"
        findings.add(place, "SB422", message, "delete transfer: here, or from:")
    elif dataset.machine == copy.machine:
        message = f"'{name}' stays on its machine, and nothing has to be sent"
        findings.add(place, "SB422", message, "delete transfer: here")
    if copy.mode != "versioned":
        message = f"whoever pushes into a {copy.mode} can erase it: only restore points are out of reach"
        findings.add(sight.copy_place(copy, "mode"), "SB422", message, f"delete mode: {copy.mode}, or transfer: push")
    if copy.keep.last:
        message = "keep: last lets whoever pushes often rotate all that is good away"
        findings.add(sight.copy_place(copy, "keep"), "SB422", message, "keep by time instead: {hourly: 24, daily: 30}")
    writers = [system for system in sight.viewers(sight.volume(copy.machine, copy.volume)) if runs_jobs(system)]
    if len(writers) > 1:
        message = f"'{copy.machine}' has several systems that could take what is pushed, each with a landing of its own"
        findings.add(place, "SB422", message, "delete transfer: here, or keep the volume to one of them: paths:")
    source = sight.volume(dataset.machine, dataset.volume)
    if not any(map(can_send, sight.viewers(source))) and sight.viewers(source):
        names = ", ".join(f"'{system.full_name}'" for system in sight.viewers(source))
        message = f"{names} cannot push: no job of ours runs there"
        fix = "delete transfer: here, or let a system with systemd or launchd see the volume"
        findings.add(place, "SB422", message, fix)


def _cloned(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    place, name = sight.copy_place(copy, "mode"), copy.full_name
    if copy.source_copy is not None or dataset.machine != copy.machine:
        message = f"'{name}' would be a clone of what is not on its machine"
        findings.add(place, "SB422", message, "clone between two disks of one machine, or delete mode: clone")
    if copy.path or dataset.path:
        message = f"'{name}' is no whole volume: a clone is kept in place, so that it can be mounted instead"
        findings.add(place, "SB422", message, f'write to: "{copy.machine}:{copy.volume}" and no path in source:')
    if copy.keep.limited:
        message = "a clone has no restore points to keep"
        findings.add(sight.copy_place(copy, "keep"), "SB422", message, "delete keep: here, or mode: clone")
    if copy.engine != "rsync":
        message = f"a clone is made with rsync, not with {copy.engine}"
        findings.add(sight.copy_place(copy, "engine"), "SB422", message, "delete engine: here")


def _logged_in(sight: Sight, dataset: Dataset, copy: Copy, findings: Findings) -> None:
    """Windows sends into a share, and no other system has a use for a password."""
    viewers = sight.viewers(sight.volume(dataset.machine, dataset.volume))
    names = [system.full_name for system in viewers if system.os == "windows"]
    sends, place = (
        copy.transfer == "push" and copy.source_copy is None and bool(names),
        sight.copy_place(copy, "password"),
    )
    if copy.password is None and sends:
        message = f"'{names[0]}' sends into a share of '{copy.machine}', and nothing says with which password"
        findings.add(place, "SB422", message, "add password: {env: VARIABLE} or {file: PATH} to the copy")
    if copy.password is not None and not sends:
        message = f"'{copy.full_name}' has a password, and no Windows pushes it"
        findings.add(place, "SB422", message, "delete password: here")
    if copy.password is None or not sends:
        return
    for path in sight.volume(copy.machine, copy.volume).paths.values():
        if not is_plain(f"{path}/{copy.path}"):
            message = f"smb.conf would read '{path}/{copy.path}' as something else"
            fix = "use letters, digits, blanks and . _ - + , @ ( ) alone"
            findings.add(sight.copy_place(copy, "to"), "SB422", message, fix)
    for other in _logins(sight, dataset, copy):
        if _login_of(other) != _login_of(copy):
            message = f"'{other.full_name}' logs in at '{copy.machine}' as the same user, with another password"
            findings.add(
                place, "SB422", message, "give every copy that a machine pushes to one machine the same password"
            )
            return


def _logins(sight: Sight, dataset: Dataset, copy: Copy) -> list[Copy]:
    """Earlier copies that the same machine pushes to the same one: its user there is one."""
    found = []
    for one, other in sight.copies():
        if other is copy:
            break
        if (one.machine, other.machine, other.transfer) == (dataset.machine, copy.machine, "push") and other.password:
            found.append(other)
    return found


def _login_of(copy: Copy) -> tuple[str, tuple[str, ...], str]:
    """Where its password is to be found, wherever that is written."""
    return (copy.password.kind, copy.password.words, copy.password_version) if copy.password else ("", (), "")
