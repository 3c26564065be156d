"""What plays keep of storage, compiled: what it rests on, what it learns, and what jobs on it ask for."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from studio_backup.compile import Compiled, compile_studio
from studio_backup.resource import After, Derived, Resource
from studio_backup.resources.device import joined
from studio_backup.resources.disk import Disk
from studio_backup.resources.filesystem import Filesystem
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.mount import Mount
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.load import load
from studio_backup.spec.storage import chosen_array_id, chosen_id

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8"
MACHINES = f"""version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws:
    role: workstation
    room: a
    systems: {{linux: {{address: 10.0.0.1, user: root, host_key: "{KEY}a"}}}}
    disks: {{work: {{serial: W1, medium: ssd}}, spare: {{serial: W2, medium: hdd}}}}
    volumes:
      work: {{on: work, filesystem: ext4, id: 5E551001-0000-4000-8000-00000000000A, path: /srv/work}}
      spare: {{on: spare, filesystem: xfs, path: "/srv/work/100% spare"}}
  nas:
    role: nas
    room: a
    systems: {{linux: {{address: 10.0.0.2, user: root, host_key: "{KEY}b"}}}}
    disks:
      bay1: {{id: ata-1, serial: N1, medium: hdd, in_service: 2024-01-01}}
      bay2: {{serial: N2, medium: hdd}}
    arrays: {{tank: {{kind: md, level: raid1, members: [bay1, bay2]}}}}
    volumes: {{tank: {{on: tank, filesystem: btrfs, path: /srv/tank}}}}
"""
JOINED = """
- name: joined and mounted
  hosts: nas
  disk: {bay2: {smart: no}}
  md-array: {tank: {chunk: 512K, bitmap: internal}}
  filesystem: {tank: {label: tank}}
  mount: {tank: {options: [noatime]}}
"""
SPARE = """
- name: the spare disk
  hosts: ws
  filesystem: {spare: {}}
  mount: {spare: {options: [ro]}, work: {}}
"""
COPIES = """
- name: songs are safe
  hosts: ws
  datasets:
    songs:
      source: {volume: work, path: songs}
      copies:
        here: {to: "ws:spare/songs", every: day at 02:30}
        on-nas: {to: "nas:tank/songs", every: hour}
"""
TANK, SPARE_ID = chosen_id("northlight", "nas", "tank"), chosen_id("northlight", "ws", "spare")
ARRAY = chosen_array_id("northlight", "nas", "tank")


def compiled(playbook: str) -> Compiled:
    loaded = load([("i.yml", MACHINES)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return compile_studio(loaded.studio)


def test_spares_wait_behind_the_members_and_are_watched_like_them() -> None:
    third = "bay2: {serial: N2, medium: hdd}\n      bay3: {serial: N3, medium: hdd}"
    text = MACHINES.replace("bay2: {serial: N2, medium: hdd}", third)
    loaded = load([("i.yml", text.replace("members: [bay1, bay2]", "members: [bay1, bay2], spares: [bay3]"))],
                  [("p.yml", JOINED)])  # fmt: skip
    assert loaded.studio is not None, loaded.problems
    found = compile_studio(loaded.studio)
    array = of(found, "nas/linux/md-array/tank")
    assert isinstance(array, MdArray)
    assert (array.members, array.spares) == (("bay1", "bay2", "bay3"), 1)
    assert "nas/linux/disk/bay3" in array.needs()
    assert dataclasses.replace(array, found="").create()[0].title == "make raid1 of bay1, bay2; bay3 waits"


def of(found: Compiled, address: str) -> Resource:
    """The resource at an address; what is never compared is looked at field by field."""
    return found.resources[address]


def test_each_thing_rests_on_the_one_below() -> None:
    found = compiled(JOINED)
    assert {address: sorted(resource.needs()) for address, resource in found.resources.items()} == {
        "nas/linux/disk/bay2": [],
        "nas/linux/disk/bay1": [],
        "nas/linux/md-array/tank": ["nas/linux/disk/bay1", "nas/linux/disk/bay2"],
        "nas/linux/filesystem/tank": ["nas/linux/md-array/tank"],
        "nas/linux/mount/tank": ["nas/linux/filesystem/tank"],
        "nas/linux/volume//srv/tank": ["nas/linux/mount/tank"],
        "nas/linux/sentinel//srv/tank": ["nas/linux/mount/tank"],
    }
    assert all(resource.serves == () for resource in found.resources.values())


def test_an_array_learns_what_is_on_its_members() -> None:
    found = compiled(JOINED)
    array, disk = of(found, "nas/linux/md-array/tank"), of(found, "nas/linux/disk/bay1")
    assert isinstance(array, MdArray)
    assert (array.level, array.members, array.chunk, array.bitmap, array.uuid) == (
        "raid1", ("bay1", "bay2"), "512K", "internal", None,
    )  # fmt: skip
    assert (array.chosen, dict(array.devices)) == (ARRAY, {"bay1": "id:ata-1", "bay2": "serial:N2"})
    assert array.found == joined({"bay1": "nas/linux/disk/bay1", "bay2": "nas/linux/disk/bay2"})
    assert isinstance(disk, Disk)
    assert (disk.device, disk.serial, disk.in_service, disk.smart) == ("id:ata-1", "N1", "2024-01-01", "yes")
    other = of(found, "nas/linux/disk/bay2")
    assert isinstance(other, Disk)
    assert (other.device, other.smart, other.place.line) == ("serial:N2", "no", 4)


def test_a_file_system_on_an_array_learns_which_one_that_is() -> None:
    made = of(compiled(JOINED), "nas/linux/filesystem/tank")
    assert isinstance(made, Filesystem)
    assert (made.type, made.uuid, made.label, made.on, made.smart) == ("btrfs", TANK, "tank", "tank", "no")
    assert made.devices == (f"md:{ARRAY}", "id:ata-1", "serial:N2")
    assert made.carrier == Derived(("md:", After("nas/linux/md-array/tank", "identity")))
    assert made.found == Derived((After("nas/linux/md-array/tank", "content"),))


def test_a_file_system_on_a_disk_brings_its_disk() -> None:
    found = compiled(SPARE)
    made = of(found, "ws/linux/filesystem/spare")
    assert isinstance(made, Filesystem)
    assert (made.devices, made.carrier, made.uuid, made.label) == (("serial:W2",), "serial:W2", SPARE_ID, None)
    assert made.found == Derived((After("ws/linux/disk/spare", "content"),))
    assert isinstance(of(found, "ws/linux/disk/spare"), Disk)
    assert "ws/linux/disk/work" not in found.resources


def test_mounts_come_in_the_order_of_their_paths() -> None:
    found = compiled(SPARE)
    inner, outer = of(found, "ws/linux/mount/spare"), of(found, "ws/linux/mount/work")
    assert isinstance(inner, Mount)
    assert isinstance(outer, Mount)
    assert inner.needs() == {"ws/linux/filesystem/spare", "ws/linux/mount/work"}
    assert (outer.what, outer.path, outer.type, outer.access) == (
        "UUID=5e551001-0000-4000-8000-00000000000a", "/srv/work", "ext4", "rw",
    )  # fmt: skip
    assert outer.needs() == frozenset()
    assert (inner.options, inner.access) == ("nofail,x-systemd.device-timeout=90s,ro", "ro")


def test_what_stands_on_a_mount_that_is_kept_needs_the_mount_and_not_the_watcher() -> None:
    """A watched volume that is not mounted yet would put everything on it off until the next apply."""
    copies = COPIES + SPARE.replace("{spare: {options: [ro]}, work: {}}", "{spare: {}}")
    found = compiled(copies.replace("mount:", "disk:") + JOINED)
    assert of(found, "nas/linux/directory//srv/tank/songs").needs() == {
        "nas/linux/mount/tank",
        "nas/linux/sentinel//srv/tank",
    }
    assert of(found, "nas/linux/sentinel//srv/tank").needs() == {"nas/linux/mount/tank"}
    assert of(found, "ws/linux/directory//srv/work/100% spare/songs").needs() == {
        "ws/linux/volume//srv/work/100% spare",
        "ws/linux/sentinel//srv/work/100% spare",
    }


def services(found: Compiled) -> dict[str, list[str]]:
    return {
        unit.name: [line for line in unit.text.splitlines() if line.startswith("RequiresMountsFor=")]
        for unit in found.resources.values()
        if isinstance(unit, SystemdUnit) and unit.name.endswith(".service")
    }


@pytest.mark.trap(7)
def test_jobs_ask_for_their_mounts() -> None:
    assert services(compiled(COPIES + SPARE + JOINED)) == {
        "studio-backup-northlight_ws_songs_here.service": ['RequiresMountsFor="/srv/work/100%% spare" "/srv/work"'],
        "studio-backup-northlight_ws_songs_on-nas.service": ['RequiresMountsFor="/srv/tank"'],
    }


def test_systemd_reads_them(tmp_path: Path) -> None:
    units = [unit for unit in compiled(COPIES + SPARE + JOINED).resources.values() if isinstance(unit, SystemdUnit)]
    for unit in units:
        (tmp_path / unit.name).write_text(unit.text.replace("/etc/studio-backup/northlight/job", "/bin/true"))
    paths = [str(tmp_path / unit.name) for unit in units]
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("level", ["raid0", "linear"])
def test_a_level_that_takes_no_bitmap_is_asked_for_none(level: str) -> None:
    loaded = load([("i.yml", MACHINES.replace("level: raid1", f"level: {level}"))], [("p.yml", JOINED)])
    assert loaded.studio is not None
    array = compile_studio(loaded.studio).resources["nas/linux/md-array/tank"]
    assert isinstance(array, MdArray)
    assert array.bitmap is None


def test_two_plays_may_keep_parts_of_one_thing() -> None:
    first = JOINED.replace("mount: {tank: {options: [noatime]}}", "")
    found = compiled(first + "- {name: y, hosts: nas, mount: {tank: {}}}")
    assert of(found, "nas/linux/mount/tank").place.line == 8
    assert of(found, "nas/linux/mount/tank").needs() == {"nas/linux/filesystem/tank"}


def test_the_worked_example_of_the_docs_holds() -> None:
    text = (Path(__file__).parents[1] / "docs" / "storage.md").read_text(encoding="utf-8")
    inventory, playbook, *_ = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    loaded = load([("i.yml", inventory)], [("p.yml", playbook)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    assert list(compile_studio(loaded.studio).resources) == [
        "nas/linux/disk/bay1",
        "nas/linux/disk/bay2",
        "nas/linux/md-array/tank",
        "nas/linux/filesystem/tank",
        "nas/linux/mount/tank",
        "nas/linux/volume//srv/tank",
        "nas/linux/sentinel//srv/tank",
    ]
    shown = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert max(len(line) for block in shown for line in block.splitlines()) <= 80
