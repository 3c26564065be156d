"""`discover`: what stands on a machine that the spec does not know yet, as a file for the inventory."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import click

from studio_backup.cli import completion
from studio_backup.cli.connecting import password_of
from studio_backup.cli.options import command as make_command
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_spec, problems_of
from studio_backup.discover.asking import PROBE
from studio_backup.discover.found import Found
from studio_backup.discover.reading import parse
from studio_backup.discover.windows_reading import WINDOWS_PROBE, parse_windows
from studio_backup.discover.writing import Way, spec_of
from studio_backup.errors import HostKeyUnknown, SpecError, StudioBackupError, UsageError
from studio_backup.exchange import ask
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.source import Place
from studio_backup.spec.files import load_paths
from studio_backup.spec.identities import check_host_key
from studio_backup.spec.model import Studio, System
from studio_backup.spec.name_formats import NAME
from studio_backup.spec.wording import MalformedError, suggest

_PLACE = Place("the command line", 1, 1)
#: No file to read, and one that is still empty, such as that which a shell just made for what this prints.
_NOTHING_YET = ("SB112", "SB109")
#: Where nothing is described yet, the file is a whole inventory.
_HEAD = """version: 1
studio: my-studio    # REPLACE: it stands in everything that is written to a machine
sites: {studio: {rooms: {ROOM: {}}}}"""


@make_command("json", connects=True)
@click.argument("host", shell_complete=completion.machines)
@click.option("--host-key", metavar="KEY", help="The host key that it must show: `ssh-ed25519 AAAA…`.")
@click.option("--os", "kind", type=click.Choice(["linux", "macos", "windows"]), help="What it runs; say windows.")
@click.option("--user", metavar="NAME", help="Whom to log in as. Default: root.")
@click.option("--become", type=click.Choice(["sudo"]), help="How to become root there.")
@click.option("--identity", metavar="FILE", help="A private key to log in with.")
@click.option("--name", metavar="NAME", help="What to call it in the spec. Default: what it calls itself.")
@click.option("--room", metavar="NAME", help="The room it stands in. Default: the first of the spec.")
def command(
    settings: Settings, host: str, host_key: str | None, kind: str | None, user: str | None, become: str | None,
    identity: str | None, name: str | None, room: str | None,
) -> int:  # fmt: skip
    """Look at HOST, a machine of the spec or ADDRESS[:PORT], and print a commented spec of what is there.

    \b
    Example: studio-backup discover 10.0.0.20 --host-key "ssh-ed25519 AAAA…"

    Linux, macOS or, with --os windows, Windows: disks, arrays, volumes, and the backup jobs that run there already, in
    one round trip; nothing is changed. Its host key must be pinned first, in the inventory or by --host-key: without
    one, what it shows is printed and that is all.

    Exit codes: 0 done, 1 error, 3 it could not be asked.
    """
    studio = _studio(settings)
    place, head = _place(studio, room)
    system = _system(settings, studio, host, host_key)
    system = replace(
        system, user=user or system.user, become=become or system.become, identity=identity or system.identity,
        os=kind or system.os,
    )  # fmt: skip
    if system.os == "windows" and system.user == "root":
        raise UsageError("nobody is called root on Windows", "say --user NAME, a member of Administrators")
    found = _ask(settings, system)
    called = name or re.sub(r"[^a-z0-9]+", "-", found.host.partition(".")[0].lower())[:40].strip("-") or "machine"
    if not NAME.fullmatch(called):
        raise UsageError(f"--name {called}: not a name", "small letters, digits and inner hyphens")
    way = Way(called, system.address, system.port, system.user, system.become, system.host_key, place, head)
    text = spec_of(found, way, time.strftime("%Y-%m-%d"))
    if settings.json:
        settings.document({"machine": called, "spec": text})
        return 0
    settings.write(text.rstrip())
    settings.say("Next: compare it, keep it in inventory/, then studio-backup validate")
    return 0


def _studio(settings: Settings) -> Studio | None:
    """The spec, or its inventory where there are no playbooks yet; None where there is nothing.

    One that does not hold may have HOST in it, at another address: it is not asked.
    """
    loaded = load_spec(settings)
    if loaded.studio is None:
        loaded = load_paths([Path(path) for path in settings.inventory or ("inventory",)], ())
    begun = any(problem.code not in _NOTHING_YET for problem in loaded.problems)
    if loaded.studio is None and (begun or settings.inventory):
        raise SpecError(problems_of(loaded))
    return loaded.studio


def _system(settings: Settings, studio: Studio | None, host: str, host_key: str | None) -> System:
    """The system to ask, with the key that it must show; raises HostKeyUnknown where none is given."""
    if host_key is not None:
        host_key = _checked(host_key)
    machine, _, rest = host.partition("/")
    if studio is not None and machine in studio.machines:
        systems = studio.machines[machine].systems
        if rest and rest not in systems:
            raise UsageError(
                f"{machine} has no system '{rest}'", suggest(rest, systems, f"one of: {', '.join(systems)}")
            )
        known = systems[rest] if rest in systems else next(iter(systems.values()))
        return replace(known, host_key=host_key or known.host_key)
    if not host or "/" in host:
        raise UsageError(f"'{host}' is no machine of the spec and no address", "write a machine, or ADDRESS[:PORT]")
    address, port = host, 22
    head, colon, number = host.rpartition(":")
    if colon and number.isdigit() and ":" not in head:
        address, port = head, int(number)
    if not host_key:
        from studio_backup.ssh import fetch_host_keys

        shown = fetch_host_keys(address, port, (), settings.timeout)[0]
        fix = f'compare it at the machine, then studio-backup discover {host} --host-key "{shown.line}"'
        raise HostKeyUnknown(f"nothing is pinned for {host}; it shows {shown.fingerprint}", fix, seen=shown.fingerprint)
    return System(machine=host, name="linux", os="linux", address=address, port=port, user="root", host_key=host_key,
                  place=_PLACE)  # fmt: skip


def _checked(host_key: str) -> str:
    """Its type and base64, without a comment."""
    line = " ".join(host_key.split()[:2])
    try:
        check_host_key(line)
    except MalformedError as error:
        raise UsageError(f"--host-key: {error.message}", error.fix) from error
    return line


def _ask(settings: Settings, system: System) -> Found:
    from studio_backup.ssh import connect

    transport, _ = connect(system, (), password_of(settings, [system]), settings.timeout)
    try:
        probe = WINDOWS_PROBE if system.os == "windows" else PROBE
        answer = ask(transport, [probe], settings.timeout).answers[probe.script, probe.touches]
    finally:
        transport.close()
    if not isinstance(answer, Reply):
        raise StudioBackupError(f"{system.address}: {answer.reason}", "try again with a longer --timeout")
    try:
        return parse_windows(answer) if system.os == "windows" else parse(answer)
    except Unparsable as error:
        fix = "is it what --os says? Left out, it is Linux or macOS; for Windows say --os windows"
        raise StudioBackupError(f"{system.address}: {error}", fix) from error


def _place(studio: Studio | None, room: str | None) -> tuple[str, str]:
    """Where it stands, and what else the file needs to be whole."""
    if studio is None:
        if room is not None and not NAME.fullmatch(room):
            raise UsageError(f"--room {room}: not a name", "small letters, digits and inner hyphens")
        return f"room: {room or 'machine-room'}", _HEAD.replace("ROOM", room or "machine-room")
    rooms = [name for site in studio.sites.values() for name in site.rooms]
    if room is not None and room not in rooms:
        raise UsageError(f"--room {room}: the spec has no such room", f"one of: {', '.join(rooms)}")
    if room or rooms:
        return f"room: {room or rooms[0]}", ""
    return f"site: {next(iter(studio.sites))}", ""
