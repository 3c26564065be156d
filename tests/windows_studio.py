"""A studio with a workstation that boots macOS or Windows, for tests of what plays keep there."""

from __future__ import annotations

from studio_backup.compile import Compiled, compile_studio
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
GUID, SERIAL = "66d55a38-0000-4000-8000-000000000001", "1C2B-0A4E"
MACHINES = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems:
      macos: {{address: 10.0.0.1, user: tech, become: sudo, host_key: "{KEY}a"}}
      windows: {{address: 10.0.0.1, user: tech, host_key: "{KEY}b"}}
    disks: {{work: {{serial: W1, medium: nvme}}, sys: {{serial: S1, medium: nvme}}}}
    volumes:
      sessions:
        on: work
        filesystem: exfat
        ids: {{macos: BBBB3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F, windows: {SERIAL}}}
        paths: {{macos: /Volumes/Sessions, windows: 'S:\\'}}
      home: {{on: sys, filesystem: ntfs, ids: {{windows: {GUID}}}, paths: {{windows: 'C:\\'}}}}
accounts: {{cloud: {{provider: backblaze-personal, erased_by: ["person:mara"]}}}}
"""


def studio(playbook: str, machines: str = MACHINES) -> Studio:
    """The studio with this playbook; it has no problem."""
    loaded = load([("studio.yml", machines.encode())], [("playbook.yml", playbook.encode())])
    assert loaded.studio is not None, loaded.problems
    return loaded.studio


def compiled(playbook: str, machines: str = MACHINES) -> Compiled:
    """What it makes."""
    return compile_studio(studio(playbook, machines))
