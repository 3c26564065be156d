"""Windows pushes into a share of the NAS, with a real Samba between: whole or nothing, and history out of reach."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
import smbclient
from smbprotocol.exceptions import LogonFailure, SMBException, SMBOSError

from studio_backup.compile import routes
from studio_backup.spec.load import load
from tests.lab.conftest import Lab
from tests.lab.copies import STATE, hashes, place
from tests.lab.machines import keys, places
from tests.lab.machines.facts import machine_named
from tests.lab.studio import Studio
from tests.lab.windows_sender import WindowsSender

pytestmark = [pytest.mark.lab, pytest.mark.long]

TM, WS = machine_named("tm"), machine_named("ws-a")
PASSWORD = "canary-77ab-ü $(x) 'y' \"z"
TARGET = "/srv/tank/sent"
#: What the keeper's service runs; systemd would refuse to start it as often as a test wants it.
SERVICE = "/etc/studio-backup/northlight/job /etc/studio-backup/northlight/jobs/ws-a_takes_on-nas.conf run"
INVENTORY = rf"""version: 1
studio: northlight
sites: {{studio: {{rooms: {{a: {{}}, machine-room: {{}}}}}}}}
defaults: {{system: {{user: root, identity: "{places.client_key()}"}}}}
machines:
  ws-a:
    role: workstation
    room: a
    exclusive: true
    systems:
      studio-os: {{os: linux, address: {WS.address}, host_key: "{keys.public_line("ws-a/studio-os")}"}}
      windows: {{address: {WS.address}, host_key: "{keys.public_line("ws-a/edit-os")}"}}
    disks: {{work: {{id: {WS.volume.labels[0]}, medium: nvme}}}}
    volumes:
      sessions:
        on: work
        filesystem: exfat
        ids: {{studio-os: {WS.volume.uuid}, windows: 1C2D3E4F}}
        paths: {{studio-os: /srv/sessions, windows: 'S:\'}}
  tm:
    role: nas
    room: machine-room
    systems: {{linux: {{address: {TM.address}, host_key: "{keys.public_line("tm")}"}}}}
    disks: {{bay1: {{id: {TM.volume.labels[0]}, medium: hdd}}}}
    volumes: {{tank: {{on: bay1, filesystem: ext4, id: {TM.volume.uuid}, path: /srv/tank}}}}
"""
PLAY = """- name: This room sends
  hosts: ws-a
  datasets:
    takes:
      source: {volume: sessions}
      quiet: 0 min
      copies:
        on-nas:
          {to: "tm:tank/sent", every: 15 min, transfer: push, password: {env: WS_A}, keep: {hourly: 24, daily: 30}}
"""
#: Every byte, name, mode, owner, time and inode of history.
LOOK = f"""cd {TARGET}/points && find . -exec stat -c '%n %i %f %u:%g %s %Y %h' {{}} + | sort
find . -type f -exec cksum {{}} + | sort"""


class Sent(Studio):
    """The spec of a room that sends, and of the NAS that it sends to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("inventory", "playbooks"):
            shutil.rmtree(folder / name)
            (folder / name).mkdir()
        (folder / "inventory/studio.yml").write_text(INVENTORY)
        (folder / "playbooks/sent.yml").write_text(PLAY)
        self.environment["WS_A"] = PASSWORD


@pytest.fixture
def studio(lab: Lab, tmp_path: Path) -> Sent:
    lab.reset("ws-a")
    lab.up("tm")
    lab.reset("tm")
    made = Sent(tmp_path / "spec")
    made.apply()
    return made


@pytest.fixture
def sender(studio: Sent) -> WindowsSender:
    assert studio.folder.exists()
    return sender_of(INVENTORY)


def sender_of(inventory: str) -> WindowsSender:
    """Who the spec lets in."""
    loaded = load([("i.yml", inventory)], [("p.yml", PLAY)])
    assert loaded.studio is not None, loaded.problems
    (route,) = routes(loaded.studio)
    return WindowsSender(TM.address, route.lander, PASSWORD, route.share)


def points(lab: Lab) -> list[str]:
    return lab.run("tm", f"ls {TARGET}/points 2>/dev/null").stdout.split()


def look(lab: Lab) -> dict[str, str]:
    """What the keeper's timer does every five minutes; result and reason of the newest record."""
    lab.run("tm", SERVICE)
    newest = lab.run("tm", f"cd {STATE}/runs && cat $(ls -t *.json | head -n 1)").stdout
    return dict(zip(("result", "reason"), (newest.split(f'"{key}":')[1].split(",")[0].strip('"')
                    for key in ("result", "reason")), strict=True))  # fmt: skip


def again(lab: Lab, hours: int = 2) -> None:
    """Time passes: points and what is known of them grow older; of an hour one is kept."""
    script = f"""cd {TARGET}/points && for point in *; do
      day=${{point%T*}} time=${{point#*T}}
      older=$(date -u -d "$day $(echo "${{time%Z}}" | tr - :) UTC - {hours} hours" +%Y-%m-%dT%H-%M-%SZ)
      mv "$point" "$older"; sed -i "s/^$point/$older/" {STATE}/points/ws-a_takes_on-nas; done"""
    lab.run("tm", script, check=True)


def takes(number: int, moment: float = 1_790_000_000.0) -> dict[str, tuple[bytes, float]]:
    return {f"Song/take {one:03}.wav": (b"%03d" % one * 100, moment + one) for one in range(number)}


def test_a_month_of_pushes_is_a_month_of_points_shown_like_any_copy(
    lab: Lab, studio: Sent, sender: WindowsSender
) -> None:
    long = "/".join(["a folder with a long name " + "x" * 40] * 8) + "/take.wav"
    wanted = takes(60) | {"Lied/Äußerung.wav": (b"nfc", 1_790_000_000.5), long: (b"long", 1_790_000_001.0)}
    assert len(sender.path(long)) > 500
    with sender.logged_in():
        assert sender.push(wanted)
        assert look(lab) == {"result": "ok", "reason": "null"}
        (first,) = points(lab)
        assert hashes(lab, "tm", f"{TARGET}/points/{first}") == hashes(lab, "tm", f"{TARGET}/landing/files")
        kept = hashes(lab, "tm", f"{TARGET}/points/{first}")
        assert {name.decode() for name in kept} == set(wanted)
        assert not sender.taken()
        states = [set(wanted)]
        for day in range(34):
            again(lab, 24)
            del wanted[f"Song/take {day:03}.wav"]
            wanted[f"Song/take {day:03}b.wav"] = (b"another", 1_790_000_000.0)
            assert sender.push(wanted)
            assert sender.moved == [f"Song/take {day:03}b.wav"]
            assert look(lab)["result"] == "ok"
            states.append(set(wanted))
    kept_points = points(lab)
    assert len(kept_points) == 30
    for point, state in zip(kept_points, states[-30:], strict=True):
        assert {name.decode() for name in hashes(lab, "tm", f"{TARGET}/points/{point}")} == state
    assert "1 copy: 1 fresh; 30 restore points" in studio.run("status", code=0).stdout
    assert lab.run("tm", f"find {TARGET}/points ! -user root -o -perm -2000 -o -perm -4000").stdout == ""
    studio.run("restore", "ws-a/takes", "--to", "tm:/srv/tank/back", code=0)
    assert {name.decode() for name in hashes(lab, "tm", "/srv/tank/back")} == set(wanted)
    studio.settled()


def test_cut_at_any_record_no_point_is_made(lab: Lab, sender: WindowsSender) -> None:
    with sender.logged_in():
        run = sender.begin()
        for name, (content, moment) in takes(5).items():
            sender.write(name, content, moment)
            lab.run("tm", SERVICE)
        for text in (f"{run} 5", sender.run_name() + " 5 0", f"{run} 5 0\n\nx", f"{run} - 0"):
            sender.put("ended", text)
            lab.run("tm", SERVICE)
            assert points(lab) == [], text
        sender.put("ended", f"{run} 6 0")
        assert look(lab) == {"result": "failed", "reason": "incomplete"}
        assert points(lab) == []
        assert sender.push(takes(5))
        assert look(lab)["result"] == "ok"
    assert len(points(lab)) == 1


def test_names_are_shown_whole_and_mean_one_file_to_both_systems(lab: Lab, sender: WindowsSender) -> None:
    names = [
        "a:b.wav",
        "what?.wav",
        "dot.",
        "blank ",
        "Case",
        "case",
        "u\u0308 nfd",
        "\u00fc nfc",
        "CON",
        "AUX.wav",
        "Icon\r",
    ]
    shown = ["a\uf022b.wav", "what\uf025.wav", *names[2:-1], "Icon\uf00d"]
    with sender.logged_in():
        assert sender.push({})
        folder = f"{TARGET}/landing/files"
        lab.run(
            "tm",
            f"cd {folder} && xargs -0 touch -d @1600000000 -- && chown {sender.user}: *",
            text="\0".join(names),
            check=True,
        )
        assert sorted(smbclient.listdir(sender.path("files"))) == sorted(shown)
        wanted = dict.fromkeys(shown, (b"", 1600000000.0))
        assert sender.push(wanted)
        assert sender.moved == []
        wanted |= {"a\uf022b.wav": (b"new", 1_790_000_000.0), "dot.": (b"new", 1_790_000_000.0)}
        assert sender.push(wanted)
        assert look(lab)["result"] == "ok"
    kept = hashes(lab, "tm", f"{TARGET}/points/{points(lab)[0]}")
    assert sorted(name.decode() for name in kept) == sorted(names)


def test_what_robocopy_sets_is_taken_and_only_the_time_is_kept(lab: Lab, sender: WindowsSender) -> None:
    name, file = "files/Song/take 001.wav", f"{TARGET}/landing/files/Song/take 001.wav"
    ticks = (1_577_934_245 + 11_644_473_600) * 10**7 + 1_234_567
    with sender.logged_in():
        assert sender.push(takes(2))
        for attributes in (0x20, 0x07, 0x80):  # archive; read-only, hidden and system; normal
            sender.dress(name, attributes, ticks)
            assert smbclient.stat(sender.path(name)).st_file_attributes == 0x80
            assert lab.run("tm", f"stat -c '%a %.9Y' '{file}'").stdout == "600 1577934245.123456700\n"
        sender.dress(name, 0x01, ticks)
        sender.write("Song/take 001.wav", b"written all the same", 1_790_000_000.0)
        smbclient.remove(sender.path(name))


def test_a_wrong_password_and_another_user_are_let_in_nowhere(lab: Lab, sender: WindowsSender) -> None:
    for password in ("wrong", ""):
        with pytest.raises(LogonFailure), WindowsSender(TM.address, sender.user, password, sender.share).logged_in():
            pass
    lab.run("tm", "useradd -r other; printf 'x\\nx\\n' | smbpasswd -s -a other", check=True)
    other = WindowsSender(TM.address, "other", "x", sender.share)
    with other.logged_in(), pytest.raises(SMBException, match="ACCESS_DENIED"):
        smbclient.listdir(other.path(""))
    lab.run("tm", "umount /srv/tank", check=True)
    with sender.logged_in(), pytest.raises(SMBException):
        smbclient.listdir(sender.path(""))
    assert lab.run("tm", "ls -A /srv/tank; /usr/local/sbin/lab-mounts", check=True).stdout == ""
    with sender.logged_in():
        assert sorted(smbclient.listdir(sender.path(""))) == ["files", "records"]


def test_the_two_systems_of_a_machine_take_turns_and_send_nothing_twice(
    lab: Lab, studio: Sent, sender: WindowsSender
) -> None:
    files = {f"Song/take {one:03}.wav": b"%03d" % one * 100 for one in range(20)}
    place(lab, "ws-a", files)
    touch = 'cd /srv/sessions/Song; for file in *; do touch -d @$1 "$file"; shift; [ $# -gt 0 ] || set -- $odd; done'
    odd = "1234567890.123456789 1600000000.5 1790000000.999999999 86400"
    lab.run("ws-a", f"odd='{odd}'; set -- $odd; {touch}", check=True)
    done = studio.json("run", "ws-a/takes/on-nas", code=0)
    assert (done["result"], done["files"]) == ("ok", 20), done
    times = lab.run("ws-a", "cd /srv/sessions && find Song -type f -exec stat -c '%.9Y %n' {} +").stdout.splitlines()
    wanted = {line.partition(" ")[2]: (files[line.partition(" ")[2]], float(line.partition(" ")[0])) for line in times}
    with sender.logged_in():
        seen = sender.files()
        apart = max(abs(seen[name][1] - moment) for name, (_, moment) in wanted.items())
        assert apart < 0.001, "what rsync wrote, Samba shows: far below the two seconds that Windows allows for"
        again(lab)
        assert sender.push(wanted)
        assert sender.moved == []
        assert look(lab)["result"] == "ok"
        assert len(points(lab)) == 2
        # Windows is at work: the other system waits. And the other way round.
        again(lab)
        run = sender.begin()
        assert studio.json("run", "ws-a/takes/on-nas", code=3)["reason"] == "landing-busy"
        sender.put("ended", f"{run} 20 0")
        lab.run("tm", f"su -s /bin/sh {sender.user} -c 'echo x >{TARGET}/landing/records/taken'", check=True)
        assert sender.push(wanted) == "", "what the gate writes is seen"
        lab.run("tm", f"rm {TARGET}/landing/records/taken")
        assert sender.push(wanted)
    assert look(lab)["result"] == "ok"
    again(lab)
    after = studio.json("run", "ws-a/takes/on-nas", code=0)
    assert (after["result"], after["rewritten"], after["deleted"]) == ("ok", 0, 0), (
        "nor does the other system send again"
    )


def test_a_full_disk_makes_no_point_and_takes_none_away(lab: Lab, sender: WindowsSender) -> None:
    with sender.logged_in():
        assert sender.push(takes(3))
        assert look(lab)["result"] == "ok"
        before = lab.run("tm", LOOK).stdout
        run = sender.begin()
        with pytest.raises((SMBException, OSError)):
            sender.fill(400)
        lab.run("tm", SERVICE)
        assert lab.run("tm", LOOK).stdout == before
        smbclient.remove(sender.path("records/begun"))
        for name in [one for one in sender.files() if one.startswith("huge")]:
            smbclient.remove(sender.path(f"files/{name}"))
        assert sender.push(takes(3))
        assert run
    assert lab.run("tm", LOOK).stdout == before, "too early for another"


def test_who_has_the_password_reaches_no_byte_of_history(lab: Lab, sender: WindowsSender) -> None:
    with sender.logged_in():
        assert sender.push(takes(5))
        assert look(lab)["result"] == "ok"
        before = lab.run("tm", LOOK).stdout
        point = points(lab)[0]
        sender.open_as_it_is(r"files\Song\take 001.wav")
        for name in ("..", rf"..\points\{point}", rf"files\..\..\points\{point}", "../points", r"\srv\tank\sent\points",
                     f"files/../../points/{point}", r"records\..\..\.studio-backup-copy", r"\..\points"):  # fmt: skip
            with pytest.raises(SMBException):
                sender.open_as_it_is(name)
        for link, leads in (
            ("files/out", rf"..\..\points\{point}"),
            ("files/out2", "/etc"),
            ("records/begun.x", "/etc/passwd"),
        ):
            with pytest.raises((SMBException, OSError, ValueError)):
                smbclient.symlink(leads, sender.path(link))
        # The client makes a file before it asks for a link in its place.
        left = f"find {TARGET}/landing -type l -o -name 'out*' -type f ! -empty"
        assert lab.run("tm", left).stdout == "", "no link is made, and what is left of it is empty"
        lab.run("tm", f"rm -f {TARGET}/landing/files/out* {TARGET}/landing/records/begun.x", check=True)
        # What somebody on the NAS linked is not followed, whichever way it leads.
        lab.run(
            "tm", f"ln -s ../../points {TARGET}/landing/files/way; ln -s /etc {TARGET}/landing/files/etc", check=True
        )
        for name in ("files/way", f"files/way/{point}", "files/etc/passwd", "files/etc"):
            with pytest.raises((SMBException, OSError)):
                smbclient.listdir(sender.path(name))
            with pytest.raises(SMBException):
                sender.open_as_it_is(name.replace("/", "\\"))
        lab.run("tm", f"rm {TARGET}/landing/files/way {TARGET}/landing/files/etc")
        lab.run("tm", f"echo x >{TARGET}/landing/records/taken")
        for name in ("records/taken", "records"):
            for away in (smbclient.remove, smbclient.rmdir):
                with pytest.raises((SMBException, OSError)):
                    away(sender.path(name))
            with pytest.raises((SMBException, OSError)):
                smbclient.rename(sender.path(name), sender.path("away"))
        with (
            pytest.raises((SMBException, OSError)),
            smbclient.open_file(sender.path("records/taken"), mode="wb") as file,
        ):
            file.write(b"y")
        assert (
            lab.run("tm", f"cat {TARGET}/landing/records/taken; stat -c %a {TARGET}/landing/records").stdout
            == "x\n1770\n"
        )
        lab.run("tm", f"rm {TARGET}/landing/records/taken")
        with pytest.raises(SMBOSError):
            smbclient.open_file(sender.path("files/Song/take 001.wav:stream"), mode="wb")
        smbclient.stat(sender.path("files/Song/take 001.wav"))
        attributes = f"tar --xattrs --xattrs-include='*' -C {TARGET}/landing -cf - . | grep -ac SCHILY.xattr"
        assert lab.run("tm", attributes).stdout == "0\n", "nothing is kept that no copy compares"
        smbclient.rename(sender.path("files"), sender.path("elsewhere"))
        smbclient.mkdir(sender.path("files"))
        again(lab)
        run = sender.begin()
        sender.write("encrypted", b"x", 1.0)
        sender.put("ended", f"{run} 1 0")
        time.sleep(1)
        lab.run("tm", SERVICE)
    after = lab.run("tm", LOOK).stdout
    assert {line.split(" ", 2)[0] for line in after.splitlines() if line[:1].isdigit()} >= {
        line.split(" ", 2)[0] for line in before.splitlines() if line[:1].isdigit()
    }, "every byte that was there is there"


def test_on_btrfs_points_are_snapshots_of_what_windows_sent(lab: Lab, tmp_path: Path) -> None:
    lab.reset("ws-a")
    lab.up("tm")
    lab.reset("tm")
    disk = f"/dev/disk/by-id/{TM.volume.labels[0]}"
    made = f"wipefs -aq {disk} && mkfs.btrfs -q -f -U {TM.volume.uuid} {disk}"
    again_made = f"umount /srv/tank && {made} && mount -t btrfs {disk} /srv/tank"
    lab.run("tm", again_made, check=True)
    studio = Sent(tmp_path / "spec")
    studio.edit("inventory/studio.yml", "on: bay1, filesystem: ext4", "on: bay1, filesystem: btrfs")
    studio.apply()
    sender = sender_of(INVENTORY.replace("on: bay1, filesystem: ext4", "on: bay1, filesystem: btrfs"))
    with sender.logged_in():
        assert sender.push(takes(20))
        assert lab.run("tm", f"stat -c %i {TARGET}/landing/files").stdout == "256\n"
        assert look(lab)["result"] == "ok"
        (point,) = points(lab)
        assert lab.run("tm", f"btrfs property get -ts {TARGET}/points/{point} ro").stdout == "ro=true\n"
        before = lab.run("tm", LOOK).stdout
        smbclient.remove(sender.path("files/Song/take 001.wav"))
        sender.write("Song/take 002.wav", b"encrypted", 1_790_000_000.0)
    assert lab.run("tm", LOOK).stdout == before
    assert len(hashes(lab, "tm", f"{TARGET}/points/{point}")) == 20
