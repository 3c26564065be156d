"""What a careful person would write by hand: a script that reads the facts of one host, and one that makes them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.studio import SOURCE, TARGET, Host
from studio_backup.compile import compile_studio
from studio_backup.paths import UNITS
from studio_backup.resource import Resource
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.files import load_paths

_STATES = "-p Id -p LoadState -p UnitFileState -p ActiveState -p NeedDaemonReload -p DropInPaths"


def wanted(folder: Path) -> dict[str, list[Resource]]:
    """What the studio in `folder` asks of each of its machines, by machine name."""
    studio = load_paths([folder / "inventory.yml"], [folder / "playbook.yml"], whole=True).studio
    assert studio is not None
    found: dict[str, list[Resource]] = {}
    for resource in compile_studio(studio).resources.values():
        found.setdefault(resource.system.split("/")[0], []).append(resource)
    return found


def reading(resources: Sequence[Resource]) -> str:
    """The facts: folders, files with mode and text, units with text and state, volumes by id, sentinels."""
    folders = shlex.join(one.name for one in resources if isinstance(one, Directory))
    files = shlex.join(one.name for one in resources if isinstance(one, File))
    names = [one.name for one in resources if isinstance(one, SystemdUnit)]
    units = shlex.join(f"{UNITS}/{name}" for name in names)
    return f"""set -eu
ls -ld {folders}
ls -l {files} {units}
awk 'FNR == 1 {{ print FILENAME }} {{ print }}' {files} {units}
systemctl show {_STATES} -- {shlex.join(names)}
blkid -p -o value -s UUID "$(findmnt -n -o SOURCE {TARGET})" "$(findmnt -n -o SOURCE {SOURCE})"
cat {TARGET}/.studio-backup-volume {SOURCE}/.studio-backup-volume
"""


def making(resources: Sequence[Resource]) -> str:
    """The same files, checks and enabled timers as `apply`, from nothing, in the shortest order."""
    lines = ["set -eu", "umask 022"]
    folders = [one for one in resources if isinstance(one, Directory)]
    lines.append(f"mkdir -p {shlex.join(one.name for one in folders)}")
    for mode in sorted({one.mode for one in folders}):
        lines.append(f"chmod {mode} {shlex.join(one.name for one in folders if one.mode == mode)}")
    for one in resources:
        if isinstance(one, Sentinel):
            lines.append(f"printf '%s\\n' {shlex.quote(one.text)} >{one.name}/.studio-backup-volume")
    files = [one for one in resources if isinstance(one, File)]
    lines += [f"printf %s {shlex.quote(one.text)} >{shlex.quote(one.name)}" for one in files]
    lines.append(f"chmod 0755 {shlex.join(one.name for one in files if one.mode == '0755')}")
    units = [one for one in resources if isinstance(one, SystemdUnit)]
    lines += [f"printf %s {shlex.quote(one.text)} >{shlex.quote(f'{UNITS}/{one.name}')}" for one in units]
    lines.append(f"systemd-analyze verify -- {shlex.join(f'{UNITS}/{one.name}' for one in units)}")
    lines.append("systemctl daemon-reload")
    lines.append(f"systemctl --quiet enable --now {shlex.join(one.name for one in units if one.is_timer)}")
    return "\n".join(lines) + "\n"


def work(path: Path, hosts: Iterable[Host], scripts: Mapping[str, str], key: Path, parallel: int) -> Path:
    """Write the JSON file that the floor program takes."""
    asked = [(host.address, host.host_key, scripts[host.name]) for host in hosts]
    path.write_text(json.dumps({"user": "root", "key": str(key), "parallel": parallel, "hosts": asked}))
    return path
