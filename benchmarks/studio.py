"""A made-up studio of any size: on every machine one dataset with five local copies, each with its own timer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

COPIES = 5
STUDIO = "benchmark"


@dataclass(frozen=True)
class Host:
    """One machine of the studio; `source_id` and `target_id` are the ids of its two file systems."""

    name: str
    address: str
    host_key: str
    source_id: str
    target_id: str


SOURCE, TARGET = "/srv/source", "/srv/data"


def write(folder: Path, hosts: list[Host], identity: str = "") -> list[str]:
    """Write inventory and playbook into `folder`; returns the options that make studio-backup read them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inventory.yml").write_text(_inventory(hosts, identity), encoding="utf-8")
    (folder / "playbook.yml").write_text(_playbook(), encoding="utf-8")
    return ["-i", str(folder / "inventory.yml"), "-p", str(folder / "playbook.yml")]


def _inventory(hosts: list[Host], identity: str) -> str:
    login = f", identity: {identity}" if identity else ""
    head = f"""version: 1
studio: {STUDIO}
sites:
  studio: {{rooms: {{a: {{}}}}}}
defaults:
  system: {{user: root{login}}}
machines:
"""
    return head + "".join(_machine(host) for host in hosts)


def _machine(host: Host) -> str:
    return f"""  {host.name}:
    role: workstation
    room: a
    systems:
      linux: {{address: {host.address}, host_key: "{host.host_key}"}}
    disks:
      work: {{id: ata-LAB_{host.name.upper()}_SPARE, medium: ssd}}
      copies: {{id: ata-LAB_{host.name.upper()}_DATA, medium: hdd}}
    volumes:
      work: {{on: work, filesystem: ext4, id: {host.source_id}, path: {SOURCE}}}
      copies: {{on: copies, filesystem: ext4, id: {host.target_id}, path: {TARGET}}}
"""


def _playbook() -> str:
    copies = "".join(
        f'        copy-{number}: {{to: "{{{{ machine.name }}}}:copies/copy-{number}", every: day at 0{number}:30,'
        " keep: {daily: 30}}\n"
        for number in range(1, COPIES + 1)
    )
    return f"""- name: Five copies of every work disk
  hosts: all
  datasets:
    sessions:
      source: {{volume: work}}
      exclude: [preset:pro-tools, "*.tmp"]
      copies:
{copies}"""
