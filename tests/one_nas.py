"""The inventory of a studio that is one Linux machine, `nas`: a test writes what else that machine has."""

from __future__ import annotations

from textwrap import dedent, indent

_HEAD = """version: 1
studio: northlight
sites: {s: {rooms: {a: {}}}}
machines:
  nas:
    role: nas
    room: a
    systems:
      linux:
        address: 10.0.0.2
        user: root
        host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8b"
"""


def one_nas(rest: str) -> str:
    """The inventory; `rest`: its disks, arrays and volumes, in lines of YAML."""
    return _HEAD + indent(dedent(rest).lstrip("\n"), "    ")
