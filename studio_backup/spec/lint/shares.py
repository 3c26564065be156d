"""Time Machine shares that plays keep: whether each can be served, and is one Mac's alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_backup.spec.findings import Findings
from studio_backup.spec.lint.seeing import sees
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.model import Machine, Managed, System
from studio_backup.spec.paths import inside
from studio_backup.spec.shares import KEEPS_STREAMS, LONGEST_USER, RESERVED, is_plain, path_of, user_of, volume_of


def lint_share(sight: Sight, machine: Machine, system: System, one: Managed, findings: Findings) -> None:
    """Report SB421, and of its volume SB413 and SB417."""
    volume = volume_of(machine, one)
    if volume.filesystem not in KEEPS_STREAMS:
        message = f"'{volume.full_name}' is {volume.filesystem}, which keeps no streams of Macs"
        fix = f"put it on one of {', '.join(KEEPS_STREAMS)}"
        findings.add(sight.managed_place(one, "volume"), "SB421", message, fix)
    elif sees(volume, system, one, findings):
        path = f"{volume.paths[system.name]}/{path_of(one)}"
        if not volume.ids.get(system.name):
            message = f"nothing says which file system is mounted as '{volume.full_name}': its id is not known"
            findings.add(one.place, "SB417", message, "pin it as id: in the inventory (`blkid` prints it)")
        if not is_plain(path):
            message = f"smb.conf would read '{path}' as something else"
            fix = "use letters, digits, blanks and . _ - + , @ ( ) alone"
            findings.add(sight.managed_place(one, "path"), "SB421", message, fix)
    _names(sight, one, findings)
    _alone(sight, one, findings)


def _names(sight: Sight, one: Managed, findings: Findings) -> None:
    user, place = user_of(one), sight.managed_place(one, "user")
    if one.name in RESERVED:
        findings.add(one.place, "SB421", f"'{one.name}' is no share in smb.conf", "give it another name")
    if len(user) > LONGEST_USER or not user[0].isalpha() or user == "root":
        what = "is longer than 32 letters" if len(user) > LONGEST_USER else "cannot be the user of a share"
        findings.add(place, "SB421", f"'{user}' {what}", "name one as user:, as in tm-ws-a")


def _alone(sight: Sight, one: Managed, findings: Findings) -> None:
    """One user and one folder a share, one share a Mac."""
    for other in _others(sight, one):
        if other.name < one.name and user_of(other) == user_of(one):
            message = f"'{one.name}' and '{other.name}' let in the same user, '{user_of(one)}'"
            fix = "give each Mac a user of its own"
            findings.add(sight.managed_place(one, "user"), "SB421", message, fix)
    for what, path in _folders(sight, one):
        if inside(path, path_of(one)) or inside(path_of(one), path):
            message = f"'{one.name}' and {what} lie in one another"
            findings.add(sight.managed_place(one, "path"), "SB421", message, "give each a folder of its own")
    macs = sorted(
        {
            dataset.machine
            for dataset in sight.studio.datasets.values()
            for copy in dataset.external.values()
            if (copy.machine, copy.share) == (one.machine, one.name)
        }
    )
    if len(macs) > 1:
        message = f"{' and '.join(macs)} both back up to '{one.name}'"
        findings.add(
            one.place, "SB421", message, "give each Mac a share of its own: its quota counts all that is in it"
        )


def _others(sight: Sight, one: Managed) -> Iterator[Managed]:
    for other in sight.studio.managed:
        if (other.machine, other.kind) == (one.machine, one.kind) and other is not one:
            yield other


def _folders(sight: Sight, one: Managed) -> Iterator[tuple[str, str]]:
    """Everything else that has a folder on its volume: what it is, and where."""
    volume = str(one.options["volume"])
    for other in _others(sight, one):
        if other.options.get("volume") == volume and other.name < one.name:
            yield f"'{other.name}'", path_of(other)
    for dataset in sight.studio.datasets.values():
        if (dataset.machine, dataset.volume) == (one.machine, volume):
            yield f"the source of {dataset.full_name}", dataset.path
        for copy in dataset.copies.values():
            if (copy.machine, copy.volume) == (one.machine, volume):
                yield copy.full_name, copy.path
