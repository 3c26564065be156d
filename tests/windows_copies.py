"""A studio with a Windows workstation that pushes its sessions to a NAS and clones them to a second disk."""

from __future__ import annotations

from studio_backup.compile import Route, routes
from studio_backup.source import Problem
from studio_backup.spec.load import Loaded, load
from studio_backup.spec.model import Studio
from tests.fifty_rooms import host_key

STUDIO = "northlight"
SESSIONS, STANDBY = "66d55a38-0000-4000-8000-000000000001", "66d55a38-0000-4000-8000-000000000002"
_INVENTORY = f"""version: 1
studio: {STUDIO}
sites: {{s: {{rooms: {{a: {{}}, m: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems: {{windows: {{address: 10.0.0.11, user: tech, host_key: "{host_key(1)}"}}}}
    disks: {{work: {{serial: S1, medium: nvme}}, spare: {{serial: S2, medium: ssd}}}}
    volumes:
      sessions: {{on: work, filesystem: FILESYSTEM, id: {SESSIONS}, path: 'S:\\'}}
      standby: {{on: spare, filesystem: ntfs, id: {STANDBY}, path: 'T:\\'}}
  nas:
    role: nas
    room: m
    systems: {{linux: {{address: 10.0.0.20, user: root, host_key: "{host_key(2)}"}}}}
    disks: {{bay1: {{id: ata-1, medium: hdd}}}}
    volumes: {{tank: {{on: bay1, filesystem: ext4, id: 2529ba88-eb07-4af5-ac36-6cef451078e9, path: /srv/tank}}}}
"""
PLAYBOOK = """- name: sessions
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessionsPATH}
      policy: 3-2-1
      quiet: QUIET
      exclude: ["*.tmp", preset:pro-tools]
      copies:
"""
PUSH = (
    '        on-nas: {to: "nas:tank/ws-a", every: hour, transfer: push, password: {env: WS_A}, '
    "keep: {hourly: 24}MORE}\n"
)
CLONE = '        standby: {to: "ws-a:standby", every: day at 02:00, mode: cloneMORE}\n'


def studio(
    copies: str = PUSH + CLONE,
    *,
    path: str = "",
    quiet: str = "0 s",
    more: str = "",
    filesystem: str = "ntfs",
    alarm: str = "",
    whole: bool = False,
) -> Studio:
    """The studio; `more` is what its copies say besides, such as `, floor: 2`; `whole`: nothing is left out."""
    loaded = _loaded(copies.replace("MORE", more), path, quiet, filesystem, alarm, whole)
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def problems(copies: str) -> list[Problem]:
    """What is wrong with these copies."""
    return list(_loaded(copies.replace("MORE", ""), "", "0 s", "ntfs").problems)


def _loaded(copies: str, path: str, quiet: str, filesystem: str, alarm: str = "", whole: bool = False) -> Loaded:
    inventory = _INVENTORY.replace("FILESYSTEM", filesystem)
    if alarm:
        inventory = inventory.replace("    role: workstation\n", f"    role: workstation\n    alarm: {{{alarm}}}\n")
    play = PLAYBOOK.replace("PATH", f", path: {path}" if path else "").replace("QUIET", quiet)
    if whole:
        play = play.replace('      exclude: ["*.tmp", preset:pro-tools]\n', "")
    return load([("i.yml", inventory)], [("p.yml", play + copies)])


def route(spec: Studio, copy: str) -> Route:
    """The one way of a copy, by its name."""
    return next(one for one in routes(spec) if one.copy.name == copy)
