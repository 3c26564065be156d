"""Snapshots of ZFS, sent from one pool to another, on real OpenZFS: cut, resumed, after a month, encrypted, lied to."""

from pathlib import Path
from typing import Any

import pytest

from tests.lab.slow import wait_until
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import Spec

pytestmark = [pytest.mark.lab, pytest.mark.long]

DATA, FAR = "5e551001-0000-4000-8000-00000000d001", "5e551001-0000-4000-8000-00000000d002"
VOLUMES = f"""    arrays:
      tank: {{kind: zfs, level: stripe, members: [bay1]}}
      far: {{kind: zfs, level: stripe, members: [bay2]}}
    volumes:
      data: {{on: tank, filesystem: zfs, id: {DATA}, path: /srv/data}}
      far: {{on: far, filesystem: zfs, id: {FAR}, path: /srv/far}}
"""
PLAY = """- name: The archive has snapshots, and a second pool has them, too
  hosts: raid
  datasets:
    archive:
      source: {volume: data}
      policy: none
      quiet: 0 min
      snapshots: {every: manual, keep: {last: 40}}
      copies: {second: {from: snapshots, to: "raid:far/archive", engine: zfs-send, every: manual}}
"""
SNAPSHOTS, SECOND = "raid/archive/snapshots", "raid/archive/second"
LANDING = "far/vol/raid_archive_second"
HELD, SENT = "/srv/data/.studio-backup-snapshots/archive/points", "/srv/far/archive/points"
JOB = "/etc/studio-backup/northlight/job /etc/studio-backup/northlight/jobs"
SERVICE = "studio-backup-northlight_raid_archive_second.service"
TOKEN = f"zfs get -H -o value receive_resume_token {LANDING} 2>/dev/null | grep -v '^-$'"


def make(vm: Vm, encrypted: str = "") -> None:
    vm.run(
        f"set -e\nzpool create -O mountpoint=none tank {vm.own['bay1'].path}\n"
        f"zpool create -O mountpoint=none far {vm.own['bay2'].path}\nhead -c 32 /dev/urandom >/root/key\n"
        f"zfs create -o mountpoint=/srv/data -o studio-backup:id={DATA} {encrypted} tank/data\n"
        f"zfs create -o mountpoint=/srv/far -o studio-backup:id={FAR} far/vol",
        check=True,
    )


def applied(vm: Vm, folder: Path) -> Spec:
    spec = Spec(folder / "spec", vm, VOLUMES, PLAY)
    spec.run("validate", code=0)
    spec.run("apply", "--yes", code=0)
    return spec


@pytest.fixture
def spec(zfs: Vm, tmp_path: Path) -> Spec:
    """Two pools of one disk each, and the jobs in place."""
    make(zfs)
    return applied(zfs, tmp_path)


def points(vm: Vm, dataset: str) -> list[str]:
    return vm.run(f"zfs list -H -d 1 -t snapshot -o name {dataset} | sed 's/.*@//' | grep Z$ | sort").stdout.split()


def sums(vm: Vm, folder: str) -> str:
    return vm.run(
        f"cd {folder} && find . -type f ! -path '*/.studio-backup*' -exec sha256sum {{}} + | sort", check=True
    ).stdout


def same(vm: Vm, *names: str) -> None:
    for name in names:
        there = sums(vm, f"{HELD}/{name}")
        assert there
        assert sums(vm, f"{SENT}/{name}") == there


def log(vm: Vm, done: dict[str, Any]) -> str:
    return vm.run(f"cat /var/lib/studio-backup/northlight/log/raid_archive_second.{done['run']}.log", check=True).stdout


def test_sent_restored_killed_cut_and_gone_on_with(zfs: Vm, spec: Spec) -> None:
    vm = zfs
    vm.run(
        "mkdir /srv/data/Album; echo take >/srv/data/Album/take.wav; head -c 3000000 /dev/urandom >/srv/data/one.wav"
    )
    first = spec.json("run", SNAPSHOTS, code=0)["restore_point"]
    done = spec.json("run", SECOND, code=0)
    assert (done["restore_point"], done["files"]) == (first, 2), log(vm, done)
    assert points(vm, "tank/data") == points(vm, LANDING) == [first]
    same(vm, first)
    vm.run("rm /srv/data/Album/take.wav", check=True)
    spec.run("restore", "raid/archive", "--from", "second", "--to", "raid:/root/back", code=0)
    assert sums(vm, "/root/back") == sums(vm, f"{SENT}/{first}")
    assert vm.run("ls -A /root/back", check=True).stdout.split() == ["Album", "one.wav"], "no sentinel came along"
    status = " ".join(spec.run("status", code=0).stdout.split())
    assert "2 copies: 2 fresh; 2 restore points." in status
    spec.run("drift", code=0)

    # Killed while it receives: the other end knows how far it was.
    vm.run("head -c 120000000 /dev/urandom >/srv/data/long.wav; zpool sync", check=True)
    second = spec.json("run", SNAPSHOTS, code=0)["restore_point"]
    held = f"[ $(zfs get -Hp -o value used {LANDING}) -gt 20000000 ]"
    with spec.start("run", SECOND, "--format", "json") as running:
        wait_until(lambda: vm.run(held).returncode == 0, seconds=120)
        vm.run(f"systemctl kill --signal=KILL {SERVICE}", check=True)
        running.communicate(timeout=120)
    assert points(vm, LANDING) == [first]
    assert vm.run(TOKEN).stdout
    with spec.start("run", SECOND, "--format", "json") as running:
        wait_until(
            lambda: vm.run(f"[ $(zfs get -Hp -o value used {LANDING}) -gt 60000000 ]").returncode == 0, seconds=120
        )
        vm.power_cut()
        running.kill()
    vm.power_on()
    vm.run("zpool list tank far >/dev/null || zpool import -a; zfs mount -a", check=True)
    assert points(vm, LANDING) == [first]
    assert vm.run(TOKEN).stdout, "what had arrived is still there"
    done = spec.json("run", SECOND, code=0)
    assert (done["restore_point"], done["rewritten"], done["deleted"]) == (second, 0, 1), log(vm, done)
    assert done["bytes"] < 100_000_000, "the rest of it, and not all again"
    same(vm, first, second)


def test_a_month_away_and_forty_snapshots_later(zfs: Vm, spec: Spec) -> None:
    vm = zfs
    vm.run("head -c 30000000 /dev/urandom >/srv/data/long.wav", check=True)
    spec.json("run", SNAPSHOTS, code=0)
    spec.json("run", SECOND, code=0)
    known = points(vm, LANDING)
    month = f"""for n in $(seq 1 42); do
      printf '#!/bin/sh\\nexec /usr/bin/date -d "+%s hours" "$@"\\n' $((n * 18)) >/usr/local/bin/date
      chmod 755 /usr/local/bin/date
      echo $n >/srv/data/day-$n
      STUDIO_BACKUP_MANUAL=1 {JOB}/raid_archive_snapshots.conf run >/dev/null || exit 1
    done"""
    vm.run(month, check=True, timeout=900)
    there = points(vm, "tank/data")
    assert (len(there), there[:1]) == (41, known), "40 by the rule, and what the other end rests on"
    assert vm.run(f"zfs destroy tank/data@{known[0]}").returncode != 0, "nor does anybody else remove it"
    sent = vm.run(f"STUDIO_BACKUP_MANUAL=1 {JOB}/raid_archive_second.conf run", check=True, timeout=900).stdout
    assert points(vm, LANDING) == there
    assert int(sent.split('"bytes":')[1].split(",")[0]) < 3_000_000, "nothing that was there came again"
    same(vm, there[0], there[20], there[-1])


def test_what_is_encrypted_goes_as_it_is_and_comes_back_with_its_key(zfs: Vm, tmp_path: Path) -> None:
    vm = zfs
    make(vm, "-o encryption=on -o keyformat=raw -o keylocation=file:///root/key")
    spec = applied(vm, tmp_path)
    vm.run("head -c 40000000 /dev/urandom >/srv/data/take.wav; zpool sync", check=True)
    first = spec.json("run", SNAPSHOTS, code=0)["restore_point"]
    with spec.start("run", SECOND, "--format", "json") as running:
        wait_until(
            lambda: vm.run(f"[ $(zfs get -Hp -o value used {LANDING}) -gt 9000000 ]").returncode == 0, seconds=120
        )
        vm.run(f"systemctl kill --signal=KILL {SERVICE}", check=True)
        running.communicate(timeout=120)
    token = vm.run(TOKEN, check=True).stdout.strip()
    through_the_gate(vm, token, first)
    done = spec.json("run", SECOND, code=0)
    assert (done["restore_point"], done["files"]) == (first, None), log(vm, done)
    asked = f"zfs get -H -o value encryption,keystatus,mounted {LANDING}"
    assert vm.run(asked, check=True).stdout.split() == ["aes-256-gcm", "unavailable", "no"]
    vm.run("echo more >/srv/data/more.wav", check=True)
    second = spec.json("run", SNAPSHOTS, code=0)["restore_point"]
    assert spec.json("run", SECOND, code=0)["restore_point"] == second
    assert points(vm, LANDING) == [first, second]
    assert "2 copies: 2 fresh; 4 restore points." in " ".join(spec.run("status", code=0).stdout.split())
    vm.run(f"zfs load-key -L file:///root/key {LANDING} && zfs mount {LANDING}", check=True)
    same(vm, first, second)
    spec.run("restore", "raid/archive", "--from", "second", "--to", "raid:/root/back", code=0)
    assert sums(vm, "/root/back") == sums(vm, "/srv/data")


def through_the_gate(vm: Vm, token: str, point: str) -> None:
    """A real token is good for its own point alone, and never for what is encrypted to be sent in the clear."""
    conf = {"dataset": "raid/archive", "copy_id": "raid_archive_snapshots", "kind": "points", "send": "zfs",
            "takers": "x", "path": HELD.removesuffix("/points"), "root": "/srv/data", "id": DATA, "quiet": "0",
            "volume": "raid/data", "state": "/var/lib/studio-backup/northlight"}  # fmt: skip
    text = "".join(f"{key}='{value}'\n" for key, value in conf.items())
    vm.run("mkdir -p /root/n/northlight/gate.d/k; cp /etc/studio-backup/northlight/*.sh /root/n/northlight/; "
           "cat >/root/n/northlight/gate.d/k/raid_archive_snapshots.conf", text=text, check=True)  # fmt: skip
    gate = Path(__file__).parents[3] / "studio_backup/jobs"
    for name in ("gate.sh", "moment.sh", "volume.sh", "guard.sh", "snapshots.sh", "zfs-snapshots.sh"):
        vm.run(f"cat >/root/n/northlight/{name}", text=(gate / name).read_text(), check=True)

    def ask(words: str, more: str = "") -> str:
        done = vm.run(f"SSH_ORIGINAL_COMMAND='{words}' sh /root/n/northlight/gate.sh k </dev/null {more}")
        return done.stdout + done.stderr

    verb = f"raid_archive_snapshots x {point}"
    guid = vm.run(f"zfs get -H -p -o value guid tank/data@{point}", check=True).stdout
    assert ask("snapshots raid_archive_snapshots") == f"{point}\t{guid}"
    assert int(ask(f"resume {verb} {token}", "| wc -c")) > 1_000_000
    plain = vm.run(
        f"zfs send tank/data@{point} | head -c 9000000 | zfs receive -s -u far/vol/plain >/dev/null 2>&1; "
        "zfs get -H -o value receive_resume_token far/vol/plain"
    ).stdout.strip()
    vm.run("zfs create -o mountpoint=/srv/other tank/other; head -c 9000000 /dev/urandom >/srv/other/take; "
           f"zfs snapshot tank/other@{point}", check=True)  # fmt: skip
    other = vm.run(
        f"zfs send tank/other@{point} | head -c 5000000 | zfs receive -s -u far/vol/other >/dev/null 2>&1; "
        "zfs get -H -o value receive_resume_token far/vol/other"
    ).stdout.strip()
    assert plain[:2] == other[:2] == "1-"
    for wrong in (plain, other, "1-0-0-0"):
        assert ask(f"resume {verb} {wrong}") == "studio-backup-gate: refused send\n"
    vm.run("zfs receive -A far/vol/plain; zfs receive -A far/vol/other; zfs destroy -r tank/other", check=True)


def test_what_a_source_that_lies_can_send(zfs: Vm, spec: Spec) -> None:
    """Properties that a stream brings along, other datasets, another snapshot than the one that was promised."""
    vm = zfs
    vm.run("echo take >/srv/data/take.wav", check=True)
    spec.json("run", SNAPSHOTS, code=0)
    words = "-o mountpoint=/srv/evil -o snapdir=visible -o canmount=off -o setuid=on -o quota=100M"
    made = f"zfs create {words} tank/evil && zfs create tank/evil/child && zfs snapshot -r tank/evil@evil"
    vm.run(made, check=True)
    lying = """cat >/usr/local/bin/zfs <<'END'
#!/bin/sh
case "$1 $2" in "send -L") exec /usr/sbin/zfs send {} tank/evil@evil ;; esac
exec /usr/sbin/zfs "$@"
END
chmod 755 /usr/local/bin/zfs"""
    for option in ("-R", "-p", ""):
        vm.run(lying.format(option), check=True)
        done = spec.json("run", SECOND, code=1)
        assert done["reason"] == "receive" or done["reason"] == "send", log(vm, done)
        assert points(vm, LANDING) == []
        assert vm.run("zfs list -H -o name -r far", check=True).stdout.split() == ["far", "far/vol"], "nothing stays"
    # The right snapshot with wrong words: they do nothing.
    vm.run("zfs set snapdir=visible setuid=on quota=100M canmount=noauto tank/data", check=True)
    vm.run(lying.replace("send {} tank/evil@evil", 'send -p "$5"'), check=True)
    done = spec.json("run", SECOND, code=0)
    asked = f"zfs get -H -o value mountpoint,snapdir,canmount,setuid,quota,mounted {LANDING}"
    said = vm.run(asked, check=True).stdout.split()
    assert said == ["/srv/far/archive/.received", "hidden", "on", "off", "none", "yes"], log(vm, done)
