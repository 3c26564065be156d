"""The share of a landing, compiled: what it rests on, whose its folders are, and what both ends call it."""

from __future__ import annotations

import json

from studio_backup.compile import Compiled, compile_studio, routes
from studio_backup.doctor.needs import wanted
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.samba_server import SambaServer
from studio_backup.resources.samba_share import SambaShare
from studio_backup.resources.samba_user import SambaUser
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.spec.load import load
from studio_backup.spec.model import Studio

INVENTORY = r"""version: 1
studio: northlight
sites: {studio: {rooms: {a: {}, machine-room: {}}}}
machines:
  ws-a:
    role: workstation
    room: a
    exclusive: true
    systems:
      macos: {address: 10.0.0.11, user: root, host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHEk26q2FKwXlPRLYXC1mAQ8zi2nd9kcyYBH0/PO+x8r"}
      windows: {address: 10.0.0.11, user: tech, host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1DLbTAfgenVUwoXK4BRfQZa6ZmDkubHcIJtRt1pp7O"}
    disks: {work: {serial: S5GX1, medium: nvme}, more: {serial: S5GX2, medium: nvme}}
    volumes:
      sessions: {on: work, filesystem: exfat, ids: {macos: 0A1B-2C3D, windows: 1C2D3E4F}, paths: {macos: /Volumes/Sessions, windows: 'S:\'}}
      media: {on: more, filesystem: exfat, ids: {macos: 0A1B-2C3E, windows: 1C2D3E4E}, paths: {macos: /Volumes/Media}}
  nas:
    role: nas
    room: machine-room
    systems: {linux: {address: 10.0.0.20, user: root, host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYH28FYkuNex30uefrjURvqRrApy+O+E2YDwPo7IgnQ"}}
    disks: {bay1: {id: ata-1, medium: hdd}}
    volumes: {tank: {on: bay1, filesystem: ext4, id: 7a4b0001-0000-4000-8000-000000000001, path: /srv/tank}}
"""  # noqa: E501
PLAY = """
- name: The room sends
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions}
      copies:
        on-nas: {to: "nas:tank/sessions", every: hour, transfer: push, password: {env: WS_A}, password-version: 2}
    media:
      source: {volume: media}
      copies:
        on-nas: {to: "nas:tank/media", every: hour, transfer: push}
"""
NAS = "nas/linux"
LANDING = "/srv/tank/sessions/landing"


def studio() -> Studio:
    loaded = load([("i.yml", INVENTORY)], [("p.yml", PLAY)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return loaded.studio


def compiled() -> Compiled:
    return compile_studio(studio())


def test_only_what_windows_sends_has_a_share() -> None:
    found = compiled()
    (share,) = [one for one in found.resources.values() if isinstance(one, SambaShare)]
    (user,) = [one for one in found.resources.values() if isinstance(one, SambaUser)]
    (server,) = [one for one in found.resources.values() if isinstance(one, SambaServer)]
    assert (share.path, share.user, share.quota) == (LANDING, user.name, "")
    assert user.password == "set from env:WS_A, version 2"
    assert server.macs is None, "no Mac comes to this Samba"
    assert share.needs() >= {
        user.address,
        server.address,
        f"{NAS}/directory/{LANDING}/records",
        f"{NAS}/volume//srv/tank",
    }
    assert (
        f"share /srv/tank {'7a4b0001-0000-4000-8000-000000000001'} nas/tank northlight {LANDING}/files {user.name}"
        in (share.options)
    )
    for line in ("follow symlinks = no", "wide links = no", "browseable = no", "guest ok = no"):
        assert f"   {line}\n" in share.options


def test_of_a_share_the_folder_around_the_records_is_root_s() -> None:
    found = compiled().resources
    folders = {
        path: found[f"{NAS}/directory/{path}"] for path in (LANDING, f"{LANDING}/records", "/srv/tank/media/landing")
    }
    seen = {path: (one.owner, one.mode) for path, one in folders.items() if isinstance(one, Directory)}
    user = next(one.name for one in found.values() if isinstance(one, SambaUser))
    shared = (f"root:{user}", "1770")
    assert seen == {LANDING: shared, f"{LANDING}/records": shared, "/srv/tank/media/landing": (user, "0700")}


def test_the_job_the_gate_and_windows_say_the_same() -> None:
    found = compiled().resources
    route = next(one for one in routes(studio()) if one.shared)
    texts = {one.name: str(one.text) for one in found.values() if isinstance(one, File)}
    for name in ("jobs/ws-a_sessions_on-nas.conf", "gate.d/ws-a_macos/ws-a_sessions_on-nas.conf"):
        assert f"records='{LANDING}/records'" in texts[f"/etc/studio-backup/northlight/{name}"]
    assert f"lander='{route.lander}'" in texts["/etc/studio-backup/northlight/jobs/ws-a_sessions_on-nas.conf"]
    assert "records=" not in texts["/etc/studio-backup/northlight/jobs/ws-a_media_on-nas.conf"]
    assert not any("ws-a_windows" in name for name in texts), "Windows has no key and no door"
    (told,) = [one for one in found.values() if isinstance(one, WindowsFile) and one.name.endswith("on-nas.json")]
    words = json.loads(told.text)
    assert (words["share"], words["user"]) == (route.share, route.lander)
    assert f"{NAS}/samba-share/{route.share}" in found


def test_the_doctor_asks_for_samba() -> None:
    assert {"smbd", "pdbedit", "testparm"} <= wanted(studio())[NAS].programs.keys()
