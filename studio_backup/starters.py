"""Starter studios: a small spec that is whole, says what every line is for, and marks what is to be replaced."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

#: Each in one sentence, as `init` offers them.
STARTERS: Mapping[str, str] = {
    "home": "one workstation with a second drive for copies",
    "rooms": "workstations in rooms, a NAS in a machine room",
    "shared": "everybody works on a NAS, a backup box stands beside it",
}
#: The first 31 bytes of a host key that nobody has.
_NOBODY = bytes(31)
_SSH = b"\0\0\0\x0bssh-ed25519\0\0\0 "


@dataclass(frozen=True)
class Answers:
    """What `init` asked."""

    name: str
    starter: str
    rooms: int
    off_site: bool


def stand_in_key(number: int) -> str:
    """A host key that no machine can show: it holds the place of the one that `pin` prints."""
    return f"ssh-ed25519 {base64.b64encode(_SSH + _NOBODY + bytes([number])).decode()}"


def is_stand_in(host_key: str) -> bool:
    """True for a host key that was never replaced."""
    return any(host_key == stand_in_key(number) for number in range(256))


def files(answers: Answers) -> dict[str, str]:
    """The files of the starter by their names."""
    return {
        "inventory/studio.yml": _studio(answers),
        "inventory/machines.yml": _machines(answers),
        "playbooks/copies.yml": _playbook(answers),
    }


def _studio(answers: Answers) -> str:
    rooms = {
        "home": ["desk"],
        "rooms": [*_rooms(answers), "machine-room"],
        "shared": [*_rooms(answers), "machine-room"],
    }
    listed = "".join(f"      {room}: {{}}\n" for room in rooms[answers.starter])
    away = (
        "  away:                   # another site: a copy there is off-site\n    rooms: {}\n"
        if answers.off_site
        else ""
    )
    return f"""# The studio and its places. Every *.yml in this folder is read; together they are one inventory.
# Editors complete every key by the schema that this prints: studio-backup schema inventory
version: 1
studio: {answers.name}            # stands in everything that is written to a machine: it says whose it is

sites:
  studio:                 # a site is a place that burns down as one
    rooms:
{listed}{away}
defaults:
  system:
    user: root            # or a user of your own, with become: sudo
"""


def _rooms(answers: Answers) -> list[str]:
    return [f"room-{number}" for number in range(1, answers.rooms + 1)]


def _machines(answers: Answers) -> str:
    text = """# The machines: where each stands, how it is reached, its disks, and the volumes on them.
#
# What says REPLACE, and every host_key and id, holds a place: the spec is whole, but nothing answers yet.
#   host_key   studio-backup pin ws-1        then compare it at the machine before you trust it
#   serial     lsblk -o NAME,SERIAL          what stays with the disk; /dev/sdX changes with every boot
#   id         findmnt -no UUID /srv/sessions
# Or let a machine tell all of it: studio-backup discover ADDRESS
machines:
"""
    count = 1 if answers.starter == "home" else answers.rooms
    second = answers.starter == "home"
    for number in range(1, count + 1):
        room = "desk" if second else f"room-{number}"
        text += _machine(f"ws-{number}", "workstation", f"room: {room}", number, "nvme", "sessions", second)
    if answers.starter != "home":
        # Whoever works on it wants it quick; what is only copied to may be slow.
        medium = "ssd" if answers.starter == "shared" else "hdd"
        text += _machine("nas", "nas", "room: machine-room", 200, medium, "tank", False)
    if answers.starter == "shared":
        text += _machine("box", "nas", "room: machine-room", 201, "hdd", "copies", False)
    if answers.off_site:
        text += _machine("vault", "offsite", "site: away", 202, "hdd", "cold", False)
    return text


def _machine(name: str, role: str, place: str, number: int, medium: str, volume: str, second: bool) -> str:
    more = f"      copies: {{serial: REPLACE-{name}-2, medium: hdd}}    # a second drive\n" if second else ""
    copies = (
        f"      copies: {{on: copies, filesystem: ext4, id: {_volume_id(number + 100)}, path: /srv/copies}}\n"
        if second
        else ""
    )
    return f"""
  {name}:
    role: {role}
    {place}
    systems:
      linux:
        address: {name}.example.net    # REPLACE
        host_key: "{stand_in_key(number)}"
    disks:
      disk: {{serial: REPLACE-{name}, medium: {medium}}}
{more}    volumes:
      {volume}: {{on: disk, filesystem: ext4, id: {_volume_id(number)}, path: /srv/{volume}}}
{copies}"""


def _volume_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


_NEAR = {
    "home": ("on-second-drive", "{{ machine.name }}:copies/sessions"),
    "rooms": ("on-nas", "nas:tank/{{ machine.name }}/sessions"),
    "shared": ("on-box", "box:copies/sessions"),
}


def _playbook(answers: Answers) -> str:
    near, to = _NEAR[answers.starter]
    hosts, volume = ("nas", "tank") if answers.starter == "shared" else ("role:workstation", "sessions")
    path = ", path: sessions" if answers.starter == "shared" else ""
    away = f"""        off-site:
          from: {near}                 # a chain: its restore points travel on
          to: "vault:cold/{{{{ machine.name }}}}/sessions"
          every: day at 02:30
          keep: {{daily: 30, monthly: 12}}
"""
    lacking = (
        "        # A copy at another site is still missing: studio-backup verdict says so, and what would mend it.\n"
    )
    return f"""# What must be safe, by which policy, and where its copies stand. Jobs are made from this.
- name: The sessions are safe
  hosts: {hosts}          # a machine, a group, role:…, room:…, site:…, all, or a list of them
  datasets:
    sessions:
      source: {{volume: {volume}{path}}}    # copies never write to it
      exclude: ["*.tmp"]               # or preset:pro-tools, preset:reaper: what a program makes again by itself
      policy: 3-2-1                    # three copies, two kinds of media, one at another site
      copies:
        {near}:
          to: "{to}"
          every: hour
          keep: {{hourly: 24, daily: 30}}    # a restore point stays if any rule keeps it
{away if answers.off_site else lacking}"""
