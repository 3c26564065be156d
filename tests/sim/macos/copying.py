"""A Mac with two disks whose spec wants a copy from one to the other."""

from __future__ import annotations

from datetime import datetime

from studio_backup.compile import Route, compile_studio, routes
from studio_backup.flavours import APPLE_2_6_9, APPLE_WRAPPER, OPENRSYNC
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio as Spec
from tests.fifty_rooms import host_key
from tests.sim.macos.machine import Mac
from tests.sim.macos.studio import STUDIO, Studio

HOST_KEY = host_key(1)
SESSIONS = "0852943E-8EC2-4386-8C31-ECE56488E8B4"
SAFE = "2529BA88-EB07-4AF5-AC36-6CEF451078E9"
#: Version of macOS -> which rsync it ships.
SHIPPED = {"12": APPLE_2_6_9, "13": APPLE_2_6_9, "14": APPLE_2_6_9, "15.3": APPLE_WRAPPER, "15": OPENRSYNC}
NOON = datetime(2026, 3, 2, 12)
_INVENTORY = f"""version: 1
studio: {STUDIO}
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems: {{macos: {{address: 10.0.0.11, user: root, host_key: "{HOST_KEY}"}}}}
    disks: {{work: {{serial: S1, medium: nvme}}, spare: {{serial: S2, medium: hdd}}}}
    volumes:
      sessions: {{on: work, filesystem: apfs, id: {SESSIONS}, path: /Volumes/Sessions A}}
      safe: {{on: spare, filesystem: apfs, id: {SAFE}, path: /Volumes/Safe}}
"""
_PLAYBOOK = """- name: sessions
  hosts: ws-a
  datasets:
    sessions:
      source: {{volume: sessions{path}}}
      policy: 3-2-1
      quiet: 0 s
      copies:
        beside: {{to: "ws-a:safe{to}", every: {every}{more}}}
"""


def spec(every: str = "day at 02:30", more: str = ", keep: {daily: 30}", *, whole: bool = False) -> Spec:
    """The studio, with this schedule and whatever else its copy says; `whole`: of one volume as it is to the other."""
    path, to = ("", "") if whole else (", path: Audio", "/ws-a")
    loaded = load([("i.yml", _INVENTORY)], [("p.yml", _PLAYBOOK.format(path=path, to=to, every=every, more=more))])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def way(every: str = "day at 02:30") -> Route:
    """The one way of its one copy."""
    return routes(spec(every))[0]


def plug_in(mac: Mac, *, brewed: bool = True, wrapped: bool = False) -> None:
    """Both disks, and some work on the first; `brewed`: somebody installed rsync 3 with Homebrew; `wrapped`: macOS
    15.0 to 15.3, which has samba's beside its own."""
    if wrapped:
        mac.do("mkdir -p /usr/libexec/rsync; cp /usr/bin/rsync /usr/libexec/rsync/rsync.samba")
    if brewed:
        mac.do("mkdir -p /opt/homebrew/bin; cp /opt/standin/gnu/rsync /opt/homebrew/bin/")
    with mac.state() as state:
        for name, device, uuid in (("Sessions A", "disk4s1", SESSIONS), ("Safe", "disk5s1", SAFE)):
            volume = {"device": device, "name": name, "uuid": uuid, "mount": f"/Volumes/{name}", "fs": "apfs"}
            state["volumes"].append(volume)
    mac.do("mkdir -p '/Volumes/Sessions A/Audio/Song One' /Volumes/Safe; cd '/Volumes/Sessions A/Audio/Song One';"
           "for take in 1 2 3; do echo take $take >take$take.wav; done")  # fmt: skip
    mac.set_clock(NOON)


def studio(mac: Mac, of: Spec) -> Studio:
    """What the spec wants of this Mac."""
    return Studio(mac, compile_studio(of).of("ws-a/macos"), machine=of.machines["ws-a"])


def points(mac: Mac) -> list[str]:
    """Restore points, oldest first."""
    return mac.run("ls /Volumes/Safe/ws-a/points 2>/dev/null").stdout.split()


def records(mac: Mac) -> list[str]:
    """What its runs left behind, oldest first."""
    folder = f"/Library/studio-backup/state/{STUDIO}/runs"
    return mac.run(f"cd {folder} && ls | grep json | while read -r one; do head -n 1 $one; done").stdout.splitlines()
