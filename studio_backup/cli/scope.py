"""What a command that connects works on: the studio, what of it was chosen, the way to its systems, the record."""

from __future__ import annotations

import getpass
import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from studio_backup.backed_up import backed_up
from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.compile import compile_studio, not_set_up
from studio_backup.diff import Asleep, drift_class
from studio_backup.engine import Engine
from studio_backup.errors import EvidenceError
from studio_backup.evidence import Evidence
from studio_backup.looking import Scope
from studio_backup.plan import Plan
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import Known
from studio_backup.report.text import safe
from studio_backup.resource import Resource
from studio_backup.spec.model import Machine, Studio, System
from studio_backup.spec.selectors import select
from studio_backup.spinning import spun_up
from studio_backup.survey import Answered, Survey
from studio_backup.transport import SUDO_PASSWORD, Transport
from studio_backup.transport.early import knock


def say_not_set_up(settings: Settings, studio: Studio) -> None:
    """Nobody may take for covered what no job copies: a sentence for each such side of a copy."""
    for sentence in not_set_up(studio):
        settings.say(f"warning: {sentence}")


def scope_of(settings: Settings, studio: Studio) -> Scope:
    """What was chosen; a selector that matches nothing is an error."""
    compiled = compile_studio(studio)
    say_not_set_up(settings, studio)
    selection = select(studio, settings.only, settings.leave_out)
    wanted = compiled.resources
    selection.check_resources(wanted)
    everything = selection.everything
    named = {
        address for address, resource in wanted.items() if everything or selection.resource(address, resource.serves)
    }
    narrowed = any(selector.kind in ("kind", "resource") for selector in selection.only)
    served = (
        {a for a, resource in wanted.items() if selection.datasets & set(resource.serves)}
        if selection.only and not narrowed
        else set()
    )
    chosen = named if everything else with_needs(named | served, wanted)
    systems = {wanted[address].system for address in chosen}
    machines = [
        machine
        for machine in studio.machines.values()
        if everything or any(system.full_name in systems for system in machine.systems.values())
    ]
    return Scope(
        studio=studio.name,
        wanted=wanted,
        machines=machines,
        chosen=lambda resource: resource.address in chosen,
        needed=frozenset(chosen - named),
        whole=studio.whole and everything,
    )


def with_needs(addresses: set[str], wanted: Mapping[str, Resource]) -> set[str]:
    """These addresses and all that they need, on whatever machine that is."""
    found: set[str] = set()
    waiting = list(addresses)
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            waiting += wanted[address].needs() & wanted.keys()
    return found


def engine_of(
    settings: Settings,
    studio: Studio,
    evidence: Evidence,
    bar: Bar,
    machines: Sequence[Machine] = (),
    *,
    brief: bool = False,
) -> Engine:
    """An engine over SSH; passwords for sudo are asked for once, before anything connects.

    `machines` are those that will be asked at once, if any: they are told to get ready. `brief`: only read.
    """
    password = password_of(settings, studio.systems())
    first = [next(iter(machine.systems.values())) for machine in machines[: settings.parallel]]
    knock((system.address, system.port) for system in first if not system.jump)
    seen = {name: when for name, (when, _) in evidence.systems().items()}

    def connect(system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
        from studio_backup.ssh import connect as over_ssh

        return over_ssh(system, siblings, password, settings.timeout)

    return Engine(
        connect,
        parallel=settings.parallel,
        timeout=settings.timeout,
        last_seen=seen.get,
        progress=bar.machine,
        brief=brief,
    )


def password_of(settings: Settings, systems: Sequence[System]) -> str | None:
    """STUDIO_BACKUP_SUDO_PASSWORD, or one question on a terminal; None where no system becomes root by sudo."""
    given = os.environ.pop(SUDO_PASSWORD, None)  # no program that we start shall inherit it
    if not any(system.become for system in systems):
        return None
    if given is not None:
        return given
    try:
        return getpass.getpass("sudo password for the machines (empty if none is asked): ", stream=None) or None
    except (EOFError, OSError):
        settings.say("no terminal to ask for a sudo password: going on without one")
        return None


def record_path(studio: str) -> Path:
    """Where the studio's record stands, or will."""
    home = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    return home / "studio-backup" / studio / "evidence.sqlite"


def record_of(studio: str) -> Evidence:
    """The studio's record below $XDG_STATE_HOME. Raises EvidenceError when it cannot be used."""
    return Evidence(record_path(studio))


def evidence_of(settings: Settings, studio: str) -> Evidence:
    """The studio's record; one that cannot be used is replaced by a passing one, with a word."""
    try:
        return record_of(studio)
    except EvidenceError as error:
        settings.say(f"warning: {error.message}; going on without it ({error.fix})")
        return Evidence(Path(":memory:"))


def known_of(settings: Settings, studio: Studio) -> Known:
    """What the record holds of things that no job answers for."""
    record = evidence_of(settings, studio.name)
    return Known(facts=record.facts(), custody=record.custody(), drills=record.drills(), looks=record.observations())


def as_it_stands(settings: Settings, studio: Studio) -> Studio:
    """The studio with every drive where the record has it today; without drives the record is not looked at."""
    return as_moved(studio, evidence_of(settings, studio.name).custody()) if studio.drives else studio


def record(settings: Settings, evidence: Evidence, survey: Survey, plan: Plan) -> None:
    """Note what was seen; a record that cannot be written never spoils the command."""
    now = int(time.time())
    looked_at = [change.address for change in plan.changes if change.verb not in ("asleep", "unread")]
    findings = {
        change.address: drift_class(change)
        for change in plan.changes
        if change.verb not in ("ok", "asleep", "unread") or change.kept
    }
    # Only a system that may sleep is ever asked what it was last seen to have.
    machines = [name.split("/")[0] for name in survey.systems]
    shared = {name for name in survey.systems if machines.count(name.split("/")[0]) > 1}
    right = {
        c.address: c.want.digest()
        for c in plan.changes
        if c.want is not None and c.verb == "ok" and c.want.system in shared
    }
    try:
        with evidence.at_once():
            evidence.record_systems(
                now,
                [name for name, sighting in survey.systems.items() if isinstance(sighting, Answered)],
                [name for name, sighting in survey.systems.items() if isinstance(sighting, Asleep)],
            )
            evidence.record_findings(now, looked_at, findings)
            evidence.record_applied(now, right)
            known = evidence.facts()
            made = backed_up((change.seen for change in plan.changes), known, now)
            for fact in (*spun_up(plan.changes, known, now), *made):
                evidence.attest(fact)
    except EvidenceError as error:
        settings.say(f"warning: {error.message}")


def say_locks(settings: Settings, survey: Survey) -> None:
    """A word on standard error for each machine that an apply is at work on: what is shown may be half done."""
    for name, manifest in sorted(survey.manifests.items()):
        if manifest.holder:
            settings.say(f"note: {safe(name)} is locked by {safe(manifest.holder)}")


def pending_of(evidence: Evidence, plan: Plan) -> dict[str, int]:
    """For each sleeping system, how many of its resources were never seen as the spec now wants them."""
    applied = evidence.applied()
    pending: dict[str, int] = {}
    for change in plan.changes:
        if change.verb == "asleep" and change.want is not None:
            lacks = applied.get(change.address) != change.want.digest()
            pending[change.resource.system] = pending.get(change.resource.system, 0) + lacks
    return pending


def who(command: str) -> str:
    """One line for a lock: who, from where, doing what, since when."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    since = time.strftime("%Y-%m-%d %H:%M:%S %Z")
    return f"{user} on {socket.gethostname()} ({command}, process {os.getpid()}, since {since})"
