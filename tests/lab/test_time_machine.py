"""Time Machine shares, served by a real Samba to a real client: extensions, quota, passwords, copies in progress."""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
import time
from pathlib import Path

import pytest
import smbclient
from smbprotocol.exceptions import LogonFailure, SMBException

from tests.lab.conftest import Lab
from tests.lab.mac import BAND, BUNDLE, Mac
from tests.lab.machines import keys, places
from tests.lab.machines.facts import machine_named
from tests.lab.studio import Studio, changes

pytestmark = [pytest.mark.lab, pytest.mark.long]

TM = machine_named("tm")
PASSWORD = "canary-3c9e-ü $(x) 'y' \"z"
NEEDLE = "canary-3c9e"
FOLDER = "/srv/tank/time-machine/ws-a"
SHARE, USER = "tm/linux/samba-share/tm-ws-a", "tm/linux/samba-user/tm-ws-a"
AVAHI = "tm/linux/avahi-service/studio-backup-northlight.service"
INVENTORY = f"""version: 1
studio: northlight
sites: {{studio: {{rooms: {{machine-room: {{}}}}}}}}
machines:
  tm:
    role: nas
    room: machine-room
    systems:
      linux:
        address: {TM.address}
        user: root
        identity: "{places.client_key()}"
        host_key: "{keys.public_line("tm")}"
    disks: {{bay1: {{id: {TM.volume.labels[0]}, medium: hdd}}}}
    volumes: {{tank: {{on: bay1, filesystem: ext4, id: {TM.volume.uuid}, path: /srv/tank}}}}
"""
PLAY = """- name: Macs have somewhere to back up to
  hosts: tm
  samba-share:
    tm-ws-a: {volume: tank, path: time-machine/ws-a, quota: 16M, password: {env: TM_WS_A}}
"""
#: What somebody had in smb.conf before us.
MUSIC = "[music]\n   path = /srv/music\n   guest ok = yes\n"


class Shares(Studio):
    """The spec of one NAS with a share."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("inventory", "playbooks"):
            shutil.rmtree(folder / name)
            (folder / name).mkdir()
        (folder / "inventory/studio.yml").write_text(INVENTORY)
        self.play(PLAY)
        self.environment["TM_WS_A"] = PASSWORD

    def play(self, text: str) -> None:
        (self.folder / "playbooks/shares.yml").write_text(text)


@pytest.fixture(scope="module")
def nas(lab: Lab) -> Lab:
    lab.up("tm")
    return lab


@pytest.fixture
def studio(nas: Lab, tmp_path: Path) -> Shares:
    """Fresh, with the share of somebody else in smb.conf, and ours applied."""
    nas.reset("tm")
    nas.run("tm", "mkdir -p /srv/music; cat >>/etc/samba/smb.conf", text=MUSIC, check=True)
    shares = Shares(tmp_path / "spec")
    shares.apply()
    return shares


MAC = Mac(TM.address, "tm-ws-a", PASSWORD, "tm-ws-a")


def others(nas: Lab) -> str:
    """smb.conf without our lines."""
    return nas.run("tm", "sed '/^# >>> studio-backup/,/^# <<< studio-backup/d' /etc/samba/smb.conf").stdout


def test_a_mac_sees_what_apple_wants_and_its_quota(nas: Lab, studio: Shares) -> None:
    studio.settled()
    assert others(nas).endswith(MUSIC)
    listed = nas.run("tm", f"smbclient -g -N -L {TM.address}").stdout
    assert "Disk|tm-ws-a|Time Machine" in listed
    assert "Disk|music|" in listed
    found = MAC.extensions()
    assert found is not None
    assert (found.time_machine, found.model) == (True, "MacSamba")
    assert MAC.free() == 16 * BAND
    MAC.write_bands(range(10))
    assert MAC.free() == 6 * BAND
    MAC.write_bands(range(10, 17))
    assert MAC.free() == 0  # what Time Machine goes by; Samba refuses nothing, as docs/time-machine-server.md says
    MAC.write_bands(range(17, 18))
    assert nas.run("tm", f"ls {FOLDER}/{BUNDLE}/bands | wc -l; stat -c '%U %a' {FOLDER}").stdout.split() == [
        "18",
        "tm-ws-a",
        "700",
    ]


@pytest.mark.usefixtures("studio")
def test_a_wrong_password_and_a_wrong_user_are_refused(nas: Lab) -> None:
    for password in ("wrong", ""):
        with pytest.raises(LogonFailure):
            Mac(TM.address, "tm-ws-a", password, "tm-ws-a").names()
    with pytest.raises(SMBException):  # Debian's smb.conf takes whom it does not know for a guest
        Mac(TM.address, "root", PASSWORD, "tm-ws-a").names()
    nas.run("tm", "useradd -r other; printf 'x\\nx\\n' | smbpasswd -s -a other", check=True)
    with pytest.raises(SMBException, match="ACCESS_DENIED"):
        Mac(TM.address, "other", "x", "tm-ws-a").names()
    assert MAC.names() == set()


def test_apply_cuts_no_copy_in_progress(nas: Lab, studio: Shares) -> None:
    pieces = [bytes([number]) * BAND for number in range(4)]
    with MAC.logged_in(), smbclient.open_file(MAC.path("slow"), mode="wb", buffering=0) as file:
        for number, piece in enumerate(pieces):
            file.write(piece)
            if number == 0:
                server = nas.run("tm", "cat /run/samba/smbd.pid").stdout
                studio.edit("playbooks/shares.yml", "16M", "32M")
                studio.apply()
            if number == 1:  # out of the spec: not while a backup runs
                studio.play("- {name: Nothing, hosts: tm}\n")
                said = studio.run("apply", "--yes", code=1).stdout
                assert "a backup to this share is running" in said
                assert "a backup by this user is running" in said
    assert nas.run("tm", "cat /run/samba/smbd.pid").stdout == server
    studio.play(PLAY.replace("16M", "32M"))
    studio.apply()
    assert MAC.free() == 32 * BAND
    whole = hashlib.sha256(b"".join(pieces)).hexdigest()
    assert nas.run("tm", f"sha256sum <{FOLDER}/slow").stdout.split()[0] == whole


def test_what_leaves_the_spec_is_served_no_more_and_stays(nas: Lab, studio: Shares) -> None:
    before = nas.run("tm", f"cat >/root/before; cat {FOLDER}/x 2>/dev/null", text="").stdout
    assert before == ""
    MAC.write_bands(range(2))
    studio.play("- {name: Nothing, hosts: tm}\n")
    studio.apply()
    assert "studio-backup" not in nas.run("tm", "cat /etc/samba/smb.conf").stdout
    assert others(nas).endswith(MUSIC)
    assert nas.run("tm", "pdbedit -L").stdout == ""
    assert nas.run("tm", f"ls {FOLDER}/{BUNDLE}/bands").stdout.split() == ["0", "1"]
    with pytest.raises(SMBException):
        MAC.names()
    studio.play(PLAY)
    studio.apply()
    assert MAC.names() == {BUNDLE}


def test_nobody_is_let_in_while_the_volume_is_away(nas: Lab, studio: Shares) -> None:
    """Even where the bare folder has one of the share's name: it would be filled instead of the disk."""
    nas.run("tm", f"umount /srv/tank && mkdir -p {FOLDER} && chmod 777 {FOLDER}", check=True)
    with pytest.raises(SMBException):
        MAC.names()
    document = studio.json("drift", code=2)
    assert changes(document, "watch")["tm/linux/volume//srv/tank"]
    studio.edit("playbooks/shares.yml", "16M", "32M")
    assert changes(studio.json("plan", code=2))[SHARE]["verb"] == "deferred"
    assert (
        nas.run("tm", f"ls -A {FOLDER}; rm -r /srv/tank/time-machine; /usr/local/sbin/lab-mounts", check=True).stdout
        == ""
    )
    assert MAC.names() == set()


def test_edits_by_hand_are_told_by_class_and_mended(nas: Lab, studio: Shares) -> None:
    def classes() -> dict[str, str]:
        return {address: item["class"] for address, item in changes(studio.json("drift", code=2)).items()
                if item["verb"] != "ok"}  # fmt: skip

    nas.run("tm", "sed -i 's/size = 16M/size = 99T/' /etc/samba/smb.conf", check=True)
    nas.run("tm", "sleep 1; printf 'x\\nx\\n' | smbpasswd -s tm-ws-a", check=True)
    assert classes() == {SHARE: "drifted", USER: "drifted"}
    with pytest.raises(LogonFailure):
        MAC.names()
    studio.apply()
    assert MAC.free() == 16 * BAND
    nas.run(
        "tm",
        "smbpasswd -d tm-ws-a; systemctl mask --now avahi-daemon.socket avahi-daemon; systemctl disable smbd",
        check=True,
    )
    assert classes() == {USER: "drifted", AVAHI: "posture", "tm/linux/samba-server/smbd": "posture"}
    studio.edit("playbooks/shares.yml", "env: TM_WS_A}", "env: TM_WS_A}, password-version: 2")
    studio.environment["TM_WS_A"] = "another"
    nas.run("tm", "smbpasswd -e tm-ws-a; systemctl enable smbd", check=True)
    nas.run("tm", "systemctl unmask avahi-daemon.socket avahi-daemon; systemctl start avahi-daemon", check=True)
    assert classes() == {USER: "pending"}
    studio.apply()
    assert Mac(TM.address, "tm-ws-a", "another", "tm-ws-a").names() == set()
    nas.run("tm", f"sed -i 's#path = {FOLDER}#path = /srv/other#' /etc/samba/smb.conf", check=True)
    assert classes() == {SHARE: "conflict"}


@pytest.mark.trap(10)
def test_macs_see_one_server(nas: Lab, studio: Shares) -> None:
    def servers() -> list[str]:
        found = ""
        deadline = time.monotonic() + 30
        while "=;" not in found and time.monotonic() < deadline:  # smbd finds Avahi again within seconds
            found = nas.run("tm", "timeout 8 avahi-browse -rtp _adisk._tcp").stdout
        return [line for line in found.splitlines() if line.startswith("=;")]

    (server,) = {line.split(";")[3] for line in servers()}
    assert all('"dk0=adVN=tm-ws-a,adVF=0x82"' in line for line in servers())
    assert nas.run("tm", "ls /etc/avahi/services").stdout == ""
    # A file as it is pasted from the web makes a second one of it: told, and left alone; ours would be taken away.
    nas.run("tm", "sed 's/%h/Second/' >/etc/avahi/services/studio-backup-northlight.service; sleep 2",
            text=_FILE, check=True)  # fmt: skip
    assert {line.split(";")[3] for line in servers()} == {server, "Second"}
    assert changes(studio.json("drift", code=2), "update")[AVAHI]
    studio.apply()
    assert nas.run("tm", "ls /etc/avahi/services; sleep 2").stdout == ""
    assert {line.split(";")[3] for line in servers()} == {server}
    # Where smbd tells nothing, our file does, and there is one server again.
    nas.run("tm", "sed -i 's/^.global.$/&\\n   multicast dns register = no/' /etc/samba/smb.conf", check=True)
    nas.run("tm", "systemctl restart smbd", check=True)
    assert changes(studio.json("plan", code=2), "create")[AVAHI]
    studio.apply()
    nas.run("tm", "sleep 2")
    assert len({line.split(";")[3] for line in servers()}) == 1
    assert all('"dk0=adVN=tm-ws-a,adVF=0x82"' in line for line in servers())


_FILE = """<service-group>
  <name>%h</name>
  <service><type>_adisk._tcp</type><port>9</port><txt-record>dk0=adVN=tm-ws-a,adVF=0x82</txt-record></service>
</service-group>
"""


def test_the_password_is_nowhere(nas: Lab, tmp_path: Path) -> None:
    nas.reset("tm")
    studio = Shares(tmp_path / "spec")
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        look = "ps -eo args | grep '[c]anary-3c9e'; grep -l '[c]anary-3c9e' /proc/[0-9]*/environ"
        while not over.is_set():
            seen.update(nas.run("tm", look).stdout.split("\n"))
            over.wait(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    said = []
    try:
        for arguments, code in ((("plan", "--save", "kept.plan", "-v"), 2), (("plan", "--format", "json"), 2),
                                (("apply", "--yes", "-v"), 0), (("drift", "-v"), 0)):  # fmt: skip
            done = studio.run(*arguments, code=code)
            said.append(done.stdout + done.stderr)
    finally:
        over.set()
        watcher.join()
    assert MAC.names() == set()
    assert seen <= {""}
    assert not any(NEEDLE in text for text in said)
    assert any("set from env:TM_WS_A" in text for text in said)
    assert nas.run("tm", f"grep -rlF {NEEDLE} /etc /var /tmp /root /home /run /srv 2>/dev/null").stdout == ""
    for path in studio.folder.rglob("*"):
        assert not path.is_file() or NEEDLE.encode() not in path.read_bytes(), path


def test_a_secret_that_is_not_there_fails_its_login_and_serves_nothing(nas: Lab, tmp_path: Path) -> None:
    nas.reset("tm")
    studio = Shares(tmp_path / "spec")
    del studio.environment["TM_WS_A"]
    said = studio.run("apply", "--yes", code=1).stdout
    assert re.search(r"shares\.yml:4:\d+: there is no variable\s+TM_WS_A", said), said
    assert "studio-backup" not in nas.run("tm", "cat /etc/samba/smb.conf").stdout
