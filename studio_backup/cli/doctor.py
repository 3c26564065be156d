"""`doctor`: what this machine and the machines of the studio lack, with the command that mends it."""

from __future__ import annotations

import os
import platform
import stat
import time
from pathlib import Path

import click

from studio_backup.cli import completion
from studio_backup.cli.codes import CHANGES, UNSEEN
from studio_backup.cli.connecting import engine_of
from studio_backup.cli.evidence import record_path
from studio_backup.cli.options import command as make_command
from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_spec
from studio_backup.doctor import MISSING, OK, Finding, examine, wanted
from studio_backup.errors import UsageError
from studio_backup.evidence import Evidence
from studio_backup.report import doctor as report
from studio_backup.report.text import Paint, count
from studio_backup.spec.model import Studio
from studio_backup.spec.wording import suggest
from studio_backup.starters import is_stand_in

HERE = "control machine"
#: Keys that are tried where a system names none.
_USUAL_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


@make_command("json", connects=True)
@click.argument("machine", required=False, shell_complete=completion.machines)
def command(settings: Settings, machine: str | None) -> int:
    """Look for what is missing: on this machine, and on MACHINE or every machine of the studio. Reads only.

    \b
    Example: studio-backup doctor nas

    Looks at the spec, keys and the local record here; there at the login, root, programs, clock and mounted volumes,
    in one round trip a machine. Nothing is written anywhere.

    Exit codes: 0 nothing is missing, 2 something is, 3 nothing worse than something that could not be seen, 1 error.
    """
    loaded = load_spec(settings)
    findings = [_python(), _spec(len(loaded.problems))]
    studio = loaded.studio
    if machine is not None and studio is not None and machine not in studio.machines:
        raise UsageError(f"there is no machine '{machine}'", suggest(machine, studio.machines, "name one of the spec"))
    if studio is not None:
        chosen = [machine] if machine else list(studio.machines)
        findings += [_record(studio), *_keys(studio, chosen), *_targets(settings, studio, chosen)]
    if settings.json:
        settings.document(report.document(findings))
    else:
        settings.write("\n".join(report.screen(findings, Paint(settings.colour))))
    states = {finding.state for finding in findings}
    return CHANGES if MISSING in states else UNSEEN if states != {OK} else 0


def _python() -> Finding:
    return Finding(HERE, f"Python {platform.python_version()}", OK)


def _spec(problems: int) -> Finding:
    if not problems:
        return Finding(HERE, "spec", OK)
    return Finding(HERE, "spec", MISSING, f"{count(problems, 'problem')} in it", "studio-backup validate")


def _record(studio: Studio) -> Finding:
    """Whether the record can be written, without writing it: it is made by the first command that notes something."""
    path = record_path(studio.name)
    # Not Path.exists(), which raises where a folder on the way is closed to us.
    place = next(one for one in (path, *path.parents) if os.path.exists(one))  # noqa: PTH110
    if os.access(place, os.R_OK | os.W_OK):
        return Finding(HERE, "record", OK)
    return Finding(HERE, "record", MISSING, f"{place} cannot be written", "make it writable, or set XDG_STATE_HOME")


def _keys(studio: Studio, chosen: list[str]) -> list[Finding]:
    found: dict[str, Finding] = {}
    for system in (one for one in studio.systems() if one.machine in chosen):
        if is_stand_in(system.host_key):
            detail = f"that of {system.full_name} only holds a place"
            fix = f"studio-backup pin {system.full_name}, compare, write it into {system.place}"
            found[system.full_name] = Finding(HERE, f"host key of {system.full_name}", MISSING, detail, fix)
        what = f"key {system.identity}" if system.identity else "keys"
        found.setdefault(what, _key(what, system.identity))
    return list(found.values())


def _key(what: str, identity: str | None) -> Finding:
    if identity is None:
        agent = os.environ.get("SSH_AUTH_SOCK")
        if (agent and Path(agent).exists()) or any((Path.home() / ".ssh" / name).exists() for name in _USUAL_KEYS):
            return Finding(HERE, what, OK)
        return Finding(HERE, what, MISSING, "no agent and no key in ~/.ssh", "ssh-keygen -t ed25519, then ssh-copy-id")
    path = Path(identity).expanduser()
    try:
        mode = path.stat().st_mode
        with path.open("rb"):
            pass
    except OSError as error:
        fix = f"ssh-keygen -t ed25519 -f {path}, then ssh-copy-id -i {path}; or name another one"
        return Finding(HERE, what, MISSING, f"{error.strerror}", fix)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(HERE, what, MISSING, "others may read it", f"chmod 600 {path}")
    return Finding(HERE, what, OK)


def _targets(settings: Settings, studio: Studio, chosen: list[str]) -> list[Finding]:
    needs = {name: need for name, need in wanted(studio).items() if need.system.machine in chosen}
    needs = {name: need for name, need in needs.items() if not is_stand_in(need.system.host_key)}
    machines = [studio.machines[name] for name in dict.fromkeys(need.system.machine for need in needs.values())]
    if not machines:
        return []
    begun = time.time()
    with Bar("reading", not settings.json) as bar:
        engine = engine_of(settings, studio, Evidence(Path(":memory:")), bar, machines, brief=True)
        try:
            sightings = engine.read(machines, {name: need.probes() for name, need in needs.items()})
        finally:
            engine.close()
    asked = begun, time.time()
    return [finding for name, need in needs.items() for finding in examine(need, sightings.get(name), asked)]
