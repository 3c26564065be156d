"""A studio of many rooms as a spec: a workstation in each, some with two systems, one NAS, one vault at home."""

from __future__ import annotations

import base64
from pathlib import Path

ROOMS = 50
_NAS = """  nas:
    role: nas
    room: machine-room
    systems: {{linux: {{address: 10.1.0.1, host_key: "{key}"}}}}
    disks: {{bay1: {{serial: ZA1, medium: hdd}}, bay2: {{serial: ZA2, medium: hdd}}}}
    arrays: {{tank: {{kind: md, level: raid1, members: [bay1, bay2]}}}}
    volumes: {{tank: {{on: tank, filesystem: ext4, id: {id}, path: /srv/tank}}}}
"""
_VAULT = """  vault:
    role: offsite
    site: home
    systems: {{linux: {{address: 10.2.0.1, host_key: "{key}"}}}}
    disks: {{cold1: {{serial: WD1, medium: hdd}}}}
    volumes: {{cold: {{on: cold1, filesystem: ext4, id: {id}, path: /srv/cold}}}}
"""
_ROOM = """  {name}:
    role: workstation
    room: {room}
    systems: {{linux: {{address: 10.1.{number}.1, host_key: "{key}"}}}}
    disks: {{work: {{serial: S{number}, medium: nvme}}}}
    volumes: {{sessions: {{on: work, filesystem: ext4, id: {id}, path: /srv/sessions}}}}
"""
_TWO = """  {name}:
    role: workstation
    room: {room}
    exclusive: true
    systems:
      mix: {{os: linux, address: 10.1.{number}.1, host_key: "{key}"}}
      edit: {{os: linux, address: 10.1.{number}.1, host_key: "{other}"}}
    disks: {{work: {{serial: S{number}, medium: nvme}}}}
    volumes:
      sessions:
        on: work
        filesystem: ext4
        ids: {{mix: {id}, edit: {id}}}
        paths: {{mix: /srv/sessions, edit: /srv/sessions}}
"""
_PLAYBOOK = """- name: Every room's sessions are safe
  hosts: role:workstation
  datasets:
    sessions:
      source: {volume: sessions}
      copies:
        on-nas: {to: "nas:tank/{{ machine.name }}", every: hour, keep: {hourly: 24, daily: 30}}
        off-site: {from: on-nas, to: "vault:cold/{{ machine.name }}", every: day at 02:30, keep: {daily: 30}}
"""


def write(folder: Path, rooms: int = ROOMS, two_systems: int = 10) -> None:
    """Write inventory/ and playbooks/ into `folder`; every `two_systems`-th workstation has two systems."""
    names = ", ".join(f"room-{number:02}: {{}}" for number in range(1, rooms + 1))
    text = f"""version: 1
studio: fifty
sites:
  studio: {{rooms: {{machine-room: {{}}, {names}}}}}
  home: {{}}
defaults: {{system: {{user: root}}}}
machines:
"""
    text += _NAS.format(key=host_key(0), id=volume_id(0)) + _VAULT.format(key=host_key(255), id=volume_id(255))
    for number in range(1, rooms + 1):
        form = _TWO if number % two_systems == 0 else _ROOM
        values = {"key": host_key(number), "other": host_key(1000 + number), "id": volume_id(number)}
        text += form.format(name=f"ws-{number:02}", room=f"room-{number:02}", number=number, **values)
    for name, content in (("inventory/studio.yml", text), ("playbooks/three-two-one.yml", _PLAYBOOK)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def host_key(number: int) -> str:
    """A made-up host key in the right form: nobody has its other half."""
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0 " + number.to_bytes(32, "big")
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def volume_id(number: int) -> str:
    """A made-up UUID."""
    return f"f1f7e000-0000-4000-8000-{number:012}"
