"""Volumes of Windows: which kinds stand for them, and the one sentinel that two systems share."""

from __future__ import annotations

import json

from studio_backup.compile.collect import Collector
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.volume import Volume
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
GUID = "66d55a38-0000-4000-8000-000000000001"
MAC = "5F9B3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F"


def studio(ids: str) -> Studio:
    text = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems:
      macos: {{address: 10.0.0.1, user: tech, host_key: "{KEY}a"}}
      windows: {{address: 10.0.0.1, user: tech, host_key: "{KEY}b"}}
    disks: {{work: {{serial: W1, medium: nvme}}}}
    volumes:
      sessions: {{on: work, filesystem: exfat, {ids}, paths: {{macos: /Volumes/Sessions, windows: 'S:\\'}}}}
"""
    loaded = load([("i.yml", text)], [])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def test_windows_has_kinds_of_its_own_and_one_sentinel_serves_both_systems() -> None:
    one = studio(f"ids: {{macos: {MAC}, windows: 1C2B-0A4E}}")
    collected, machine = Collector(one), one.machines["ws-a"]
    there, mark = collected.volume(machine.systems["windows"], machine.volumes["sessions"])
    collected.volume(machine.systems["macos"], machine.volumes["sessions"])
    found = collected.compiled().resources
    assert (there, mark) == ("ws-a/windows/windows-volume/S:\\", "ws-a/windows/windows-sentinel/S:\\")
    volume, sentinel = found[there], found[mark]
    assert isinstance(volume, WindowsVolume)
    assert isinstance(sentinel, WindowsSentinel)
    assert (volume.id, volume.filesystem, volume.label) == ("1C2B-0A4E", "exfat", "ws-a/sessions")
    assert sentinel.requires == (there,)
    other = found["ws-a/macos/sentinel//Volumes/Sessions"]
    assert isinstance(other, Sentinel)
    assert isinstance(found["ws-a/macos/volume//Volumes/Sessions"], Volume)
    assert sentinel.text == other.text == f"northlight\tws-a/sessions\t{MAC}"
    (step,) = sentinel.create()
    assert json.loads(step.args[0]) == {"root": "S:\\", "id": "1C2B-0A4E", "text": sentinel.text}


def test_a_volume_that_windows_alone_knows_is_marked_with_its_own_id() -> None:
    one = studio(f"ids: {{windows: {GUID}}}")
    collected, machine = Collector(one), one.machines["ws-a"]
    _, mark = collected.volume(machine.systems["windows"], machine.volumes["sessions"])
    sentinel = collected.compiled().resources[mark]
    assert isinstance(sentinel, WindowsSentinel)
    assert sentinel.text == f"northlight\tws-a/sessions\t{GUID}"
