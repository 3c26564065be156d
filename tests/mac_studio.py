"""A studio with a Mac, for tests of what plays keep there."""

from __future__ import annotations

from studio_backup.compile import Compiled, compile_studio
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
LEFT, RIGHT = "6604E412-FC8E-4BD6-A2B1-972D47793A82", "E4036DC8-CC28-47BD-B448-3A923098EEF1"
BACKUP, SESSIONS = "5F9B3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F", "BBBB3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F"
SCRATCH, SHUTTLE = "AAAA3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F", "DDDD3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F"
MACHINES = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}, b: {{}}}}}}, home: {{}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems: {{macos: {{address: 10.0.0.1, user: tech, become: sudo, host_key: "{KEY}a"}}}}
    disks:
      left: {{id: {LEFT}, medium: ssd}}
      right: {{id: {RIGHT}, medium: ssd}}
      work: {{serial: W1, medium: nvme}}
      time: {{serial: T1, medium: hdd}}
    arrays: {{media: {{kind: appleraid, level: mirror, members: [left, right]}}}}
    volumes:
      sessions: {{on: work, filesystem: apfs, id: {SESSIONS}, path: /Volumes/Sessions}}
      scratch: {{on: media, filesystem: hfs+, id: {SCRATCH.lower()}, path: /Volumes/Scratch}}
      backup: {{on: time, filesystem: apfs, id: {BACKUP}, path: /Volumes/TimeMachine}}
      shuttle: {{on: shuttle-1, filesystem: apfs, id: {SHUTTLE}, path: /Volumes/Shuttle}}
  nas:
    role: nas
    room: b
    systems: {{linux: {{address: 10.0.0.2, user: root, host_key: "{KEY}b"}}}}
    disks: {{bay1: {{id: ata-1, medium: hdd}}}}
    volumes: {{tank: {{on: bay1, filesystem: btrfs, id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank}}}}
drives: {{shuttle-1: {{serial: U1, medium: hdd, home: home}}}}
"""
#: Everything that plays can keep on a Mac.
ALL = """
- name: A Mac
  hosts: ws-a
  time-machine:
    macos:
      destinations: [backup]
      every: day
      quota: 1500
      exclude: [/Users/Shared/Scratch]
      exclude-volumes: [scratch]
  power: {macos: {womp: 1}}
  apple-raid: {media: {rebuild: automatic}}
  apfs-snapshots: {sessions: {reach: 12 hours, least: 2}}
  spotlight: {backup: {}}
"""


def studio(playbook: str = ALL) -> Studio:
    loaded = load([("i.yml", MACHINES)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def compiled(playbook: str = ALL) -> Compiled:
    return compile_studio(studio(playbook))
