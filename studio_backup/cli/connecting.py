"""The way of a command to its systems: over SSH, with the one password that sudo may ask for."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence

from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.engine import Engine
from studio_backup.evidence import Evidence
from studio_backup.spec.model import Machine, Studio, System
from studio_backup.transport import SUDO_PASSWORD, Transport
from studio_backup.transport.early import knock


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
