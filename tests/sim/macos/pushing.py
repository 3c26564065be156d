"""A Mac that pushes, and the machine that keeps its copy: a private view of this one, with a real sshd and volume."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_backup.apply import Applied, carry_out
from studio_backup.compile import Compiled, compile_studio
from studio_backup.engine import Engine
from studio_backup.looking import Scope, look
from studio_backup.paths import STATE, configuration
from studio_backup.plan import Plan
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio as Spec
from studio_backup.spec.model import System
from studio_backup.transport import Local, Transport
from tests.sandbox import Sandbox
from tests.sim.macos.copying import HOST_KEY, SESSIONS
from tests.sim.macos.machine import Mac
from tests.sim.macos.studio import STUDIO
from tests.sshd import free_port, make_key

ID = "ws-a_sessions_on-nas"
#: Kinds that need a server or an init that a private view of this machine has not.
_SERVED = ("systemd-unit", "samba-server", "samba-user", "samba-share")
#: The id that Windows knows a shared volume by.
ON_WINDOWS = "66d55a38-0000-4000-8000-000000000001"
TANK = "7a4b0002-0000-4000-8000-00000000a1ac"
_INVENTORY = """version: 1
studio: {studio}
sites: {{s: {{rooms: {{a: {{}}, b: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems: {{macos: {{address: 10.0.0.11, user: root, host_key: "{mac_key}"}}}}
    disks: {{work: {{serial: S1, medium: nvme}}}}
    volumes: {{sessions: {{on: work, filesystem: apfs, id: {sessions}, path: /Volumes/Sessions A}}}}
  nas:
    role: nas
    room: b
    systems: {{linux: {{address: 127.0.0.1, port: {port}, user: root, host_key: "{key}"}}}}
    disks: {{bay: {{id: ata-1, medium: hdd}}}}
    volumes: {{tank: {{on: bay, filesystem: ext4, id: {tank}, path: /srv/tank}}}}
"""
_PLAYBOOK = """- name: sessions
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions}
      quiet: 0 s
      copies:
        on-nas:
          {to: "nas:tank/ws-a", every: day at 02:30, transfer: push, keep: {daily: 30}, brake: {percent: 30, files: 2}}
"""
_VOLUME = f"""set -eu
mkdir -p /srv/tank; truncate -s 64M "$1/tank.img"; mkfs.ext4 -q -U {TANK} "$1/tank.img"
mount -o loop "$1/tank.img" /srv/tank
"""


@dataclass
class Pushing:
    """Both ends, and what the spec wants of them."""

    mac: Mac
    nas: Sandbox
    spec: Spec
    compiled: Compiled
    scope: Scope

    def engine(self) -> Engine:
        """Each look is a connection of its own."""

        def connect(system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
            del siblings
            return (self.mac.transport() if system.os == "macos" else Local(self.nas.argv(["/bin/sh"]))), system

        return Engine(connect)

    def plan(self) -> Plan:
        """One look at both."""
        return look(self.engine(), self.scope)[1]

    def apply(self) -> Applied:
        """Plan, carry out, read again."""
        engine = self.engine()
        survey, plan = look(engine, self.scope)
        return carry_out(engine, self.scope, survey, plan, lambda _: None)

    def sent(self) -> list[dict[str, Any]]:
        """The records of the Mac's runs, oldest first."""
        runs = f"/Library/studio-backup/state/{STUDIO}/runs"
        text = self.mac.run(f"cd {runs} && ls | grep json | while read -r one; do head -n 1 $one; done").stdout
        return [json.loads(line) for line in text.splitlines()]

    def keep(self) -> dict[str, Any]:
        """What the keeper's own job makes of what landed, asked for by hand."""
        folder = configuration(STUDIO)
        done = self.nas.run(f"STUDIO_BACKUP_MANUAL=1 {folder}/job {folder}/jobs/{ID}.conf run")
        lines = done.stdout.splitlines()
        assert lines, (done.returncode, done.stderr)
        record: dict[str, Any] = json.loads(lines[-1])
        return record

    def noted(self) -> list[str]:
        """What the gate noted of the newest push: begun, arrived, ended."""
        folder = f"{STATE}/{STUDIO}/landings/{ID}"
        return self.nas.run(f"cd {folder} && cat begun arrived ended").stdout.splitlines()

    def newest(self, path: str) -> str:
        """A file of the newest restore point; empty where there is none."""
        return self.nas.run(f"cd /srv/tank/ws-a/points; cd \"$(ls | tail -n 1)\" && cat '{path}'").stdout

    def landed(self) -> list[str]:
        """Every file of the landing."""
        return self.nas.run("cd /srv/tank/ws-a/landing/files && find . -type f").stdout.splitlines()


#: The Mac boots another system, too, which writes on the same volume: its id, path and what the copy says besides.
_TWO = {"linux": ("0A1B-2C3D", "/srv/sessions", ""), "windows": (ON_WINDOWS, "'S:\\'", "password: {env: WS_A}, ")}


def _shared(inventory: str, playbook: str, os: str) -> tuple[str, str]:
    identity, path, more = _TWO[os]
    mac = f'host_key: "{HOST_KEY}"}}'
    alone = f"filesystem: apfs, id: {SESSIONS}, path: /Volumes/Sessions A}}"
    assert mac in inventory
    assert alone in inventory
    name = "windows" if os == "windows" else "other"
    other = f'{name}: {{os: {os}, address: 10.0.0.11, user: root, host_key: "{HOST_KEY[:-1]}z"}}'
    both = f"ids: {{macos: {SESSIONS}, {name}: {identity}}}, paths: {{macos: /Volumes/Sessions A, {name}: {path}}}"
    inventory = inventory.replace(mac, f"{mac}, {other}").replace(alone, f"filesystem: exfat, {both}}}")
    return inventory, playbook.replace("transfer: push, ", f"transfer: push, {more}")


@contextmanager
def pushing(mac: Mac, folder: Path, *, two: str = "") -> Iterator[Pushing]:
    """Everything in its place and nothing set up; no systemd and no Samba in there, so what they would do is left out.
    `two`: the Mac shares the volume with another system of its own, which is Linux or Windows."""
    folder.chmod(0o755)
    port, key = free_port(), make_key(folder / "host")
    inventory = _INVENTORY.format(studio=STUDIO, mac_key=HOST_KEY, sessions=SESSIONS, port=port, key=key, tank=TANK)
    inventory, playbook = _shared(inventory, _PLAYBOOK, two) if two else (inventory, _PLAYBOOK)
    loaded = load([("i.yml", inventory)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    compiled = compile_studio(loaded.studio)
    wanted = {one.address: one for one in compiled.resources.values() if one.kind not in _SERVED}
    machines = list(loaded.studio.machines.values())
    with Sandbox() as nas:
        made = nas.run(f"set -- {folder}\n{_VOLUME}")
        assert made.returncode == 0, made.stderr
        with _sshd(nas, folder, port):
            scope = Scope(STUDIO, wanted, machines, lambda _: True, frozenset(), True)
            yield Pushing(mac, nas, loaded.studio, compiled, scope)


@contextmanager
def _sshd(nas: Sandbox, folder: Path, port: int) -> Iterator[None]:
    """A real one; keys are looked for where the spec puts them."""
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
        "PasswordAuthentication no\nLogLevel VERBOSE\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    log = folder / "log"
    process = subprocess.Popen(nas.argv(["/usr/sbin/sshd", "-D", "-f", str(folder / "config"), "-E", str(log)]))
    try:
        deadline = time.monotonic() + 20
        while not log.exists() or "Server listening" not in log.read_text():
            assert time.monotonic() < deadline, "sshd does not listen"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()
