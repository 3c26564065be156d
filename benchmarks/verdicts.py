"""`verdict` and `what-if` of a large studio: 1,000 machines, 3,000 datasets, some of whose policies are not met."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import large
from benchmarks.process import Run, run
from benchmarks.rounds import Rounds, load, ratios

PROGRAM = str(Path(sys.executable).with_name("studio-backup"))
MACHINES, SERVERS = 1000, 20
#: What both commands may take: seconds and MB.
SECONDS, MEGABYTES = 5, 300


def measure(rounds: int) -> str:
    """Both commands `rounds` times, by turns; the report has them over what they may take."""
    with tempfile.TemporaryDirectory() as temporary:
        options = write(Path(temporary) / "spec")
        home = {"HOME": temporary, "XDG_STATE_HOME": temporary}
        found = Rounds()
        before = load()
        for _ in range(rounds):
            for name in ("verdict", "what-if"):
                asked = [PROGRAM, *options, name, "--format", "json"]
                done = found.measure(name, partial(run, asked, expected=(0, 3, 4), extra=home))
                _check(done)
    judged = ratios(
        {
            f"{name} / {limit} {unit}": (value / limit, 1.0)
            for name in ("verdict", "what-if")
            for unit, limit, value in (
                ("s of processor", SECONDS, found.processor(name)),
                ("MB", MEGABYTES, max(one.megabytes for one in found.runs[name])),
            )
        }
    )
    datasets = 3 * (MACHINES - 2 * SERVERS) + 3 * 2 * SERVERS
    return f"{MACHINES} machines, {datasets} datasets; {before}\n{found.table()}\n{judged}"


def _check(done: Run) -> None:
    assert done.out.count('"dataset":') >= 3 * MACHINES, done.err


def write(folder: Path) -> list[str]:
    """Workstations with three datasets each, a NAS and a vault for each part of them, a drive on every desk."""
    folder.mkdir(parents=True)
    hosts = large.made_up(MACHINES)
    head = """version: 1
studio: benchmark
sites: {studio: {rooms: {a: {}, rack: {}}}, home: {}}
defaults: {system: {user: root}}
accounts: {cloud: {provider: backblaze-b2, erased_by: ["person:mara"], versions: 90 days}}
"""
    machines, drives = [], []
    for number, host in enumerate(hosts):
        role, place = "workstation", "room: a"
        if number < 2 * SERVERS:
            role, place = ("nas", "room: rack") if number % 2 == 0 else ("offsite", "site: home")
        machines.append(f"""  {host.name}:
    role: {role}
    {place}
    vars: {{nas: {hosts[number % SERVERS * 2].name}, vault: {hosts[number % SERVERS * 2 + 1].name}}}
    systems: {{linux: {{address: {host.address}, host_key: "{host.host_key}"}}}}
    disks: {{work: {{id: w-{number}, medium: ssd}}, big-1: {{id: a-{number}, medium: hdd}},
            big-2: {{id: b-{number}, medium: hdd}}}}
    arrays: {{tank: {{kind: md, level: raid1, members: [big-1, big-2]}}}}
    volumes:
      work: {{on: work, filesystem: ext4, id: {host.source_id}, path: /srv/work}}
      tank: {{on: tank, filesystem: ext4, id: {host.target_id}, path: /srv/tank}}
""")
        drives.append(f"  desk-{number}: {{serial: d-{number}, medium: hdd, plugged_into: {host.name}}}\n")
    text = head + "machines:\n" + "".join(machines) + "drives:\n" + "".join(drives)
    (folder / "inventory.yml").write_text(text, encoding="utf-8")
    (folder / "playbook.yml").write_text(_playbook(), encoding="utf-8")
    return ["-i", str(folder / "inventory.yml"), "-p", str(folder / "playbook.yml")]


def _playbook() -> str:
    """Three datasets on each machine: one as it should be, one with a cloud, one whose policy is not met."""
    there = '"{{ vars.nas }}:tank/{{ machine.name }}/NAME"'
    away = '"{{ vars.vault }}:tank/{{ machine.name }}/NAME"'
    return f"""- name: Everything there is
  hosts: role:workstation
  datasets:
    sessions:
      source: {{volume: work, path: sessions}}
      copies:
        on-nas: {{to: {there.replace("NAME", "sessions")}, every: hour, keep: {{hourly: 24, daily: 30}}}}
        off-site: {{from: on-nas, to: {away.replace("NAME", "sessions")}, every: day, keep: {{daily: 30}}}}
    samples:
      source: {{volume: work, path: samples}}
      copies: {{on-nas: {{to: {there.replace("NAME", "samples")}, every: day, keep: {{daily: 30}}}}}}
      external: {{cloud: {{tool: rclone, to: "account:cloud", every: day}}}}
    personal:
      source: {{volume: work, path: personal}}
      copies: {{on-nas: {{to: {there.replace("NAME", "personal")}, every: day, mode: mirror}}}}
- name: What lies on the servers themselves
  hosts: [role:nas, role:offsite]
  datasets:
    one: {{source: {{volume: work, path: one}}}}
    two: {{source: {{volume: work, path: two}}}}
    three: {{source: {{volume: work, path: three}}}}
"""
