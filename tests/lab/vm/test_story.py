"""Storage from the spec alone, on a real machine: made, filled, failed, mended, rebuilt; every file as it was."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machines import places as lab_places
from tests.lab.studio import PROGRAM, changes, finished
from tests.lab.vm import client, facts
from tests.lab.vm.machine import Vm

pytestmark = pytest.mark.lab

ARRAY, FILESYSTEM, MOUNT = (f"raid/linux/{kind}/tank" for kind in ("md-array", "filesystem", "mount"))
HEAD = """version: 1
studio: northlight
sites: {{studio: {{rooms: {{machine-room: {{}}}}}}}}
defaults: {{system: {{user: root, identity: {key}}}}}
"""
TAIL = """    arrays:
      tank: {kind: md, level: raid1, members: [bay1, bay2]}
    volumes:
      tank: {on: tank, filesystem: ext4, path: /srv/tank}
"""
#: An emulated machine beside other work is slow.
PATIENCE = ("--timeout", "120")
PLAY = """- name: The disks, joined and mounted
  hosts: raid
  disk: {bay1: {smart: "no"}, bay2: {smart: "no"}}
  md-array: {tank: {}}
  filesystem: {tank: {label: tank}}
  mount: {tank: {}}
"""


class Spec:
    """The spec of the virtual machine in a folder of its own, and the command run on it."""

    def __init__(self, folder: Path, vm: Vm, storage: str = TAIL, play: str = PLAY) -> None:
        self.folder = folder
        (folder / "inventory").mkdir(parents=True)
        (folder / "playbooks").mkdir()
        machine = client.inventory(vm.port)
        (folder / "inventory/studio.yml").write_text(HEAD.format(key=lab_places.client_key()) + machine + storage)
        (folder / "playbooks/storage.yml").write_text(play)

    def edit(self, old: str, new: str) -> None:
        path = self.folder / "inventory/studio.yml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(PROGRAM), *arguments, *(() if arguments[0] == "validate" else PATIENCE)], cwd=self.folder, text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, code: int) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            return finished(process, code, 600)

    def json(self, *arguments: str, code: int) -> dict[str, Any]:
        document = json.loads(self.run(*arguments, "--format", "json", code=code).stdout)
        assert isinstance(document, dict)
        return document

    def apply(self, *names: str, code: int) -> str:
        flags = [word for name in names for word in ("--allow-destroy", name)]
        done = self.run("apply", "--yes", *flags, code=code)
        return done.stdout + done.stderr

    def applied(self, *names: str, codes: tuple[int, ...] = (0, 2)) -> None:
        """Apply ends well; whether something is left to watch (an array that is being built) is a matter of moments."""
        flags = [word for name in names for word in ("--allow-destroy", name)]
        with self.start("apply", "--yes", *flags) as process:
            out, err = process.communicate(timeout=900)
        assert process.returncode in codes, f"{out}\n{err}"


def hashes(vm: Vm) -> str:
    return vm.run(
        "cd /srv/tank && find . -type f ! -name '.studio-backup*' -exec sha256sum {} + | sort", check=True
    ).stdout


def settled(vm: Vm) -> None:
    """Wait until no array is being built."""
    vm.run("until ! grep -qE 'resync|recovery|reshape' /proc/mdstat; do sleep 1; done", check=True, timeout=300)


def test_made_filled_failed_mended_and_rebuilt(fresh_disks: Vm, tmp_path: Path) -> None:
    vm, spec = fresh_disks, Spec(tmp_path / "spec", fresh_disks)
    spec.run("validate", code=0)

    plan = spec.json("plan", code=2)
    found = changes(plan)
    assert (found[ARRAY]["verb"], found[ARRAY]["risk"]) == ("create", "destroys")
    assert {step["address"]: step["names"] for step in plan["steps"] if step["names"]} == {
        ARRAY: [ARRAY],
        FILESYSTEM: [FILESYSTEM],
    }

    # Nothing is made that was not named, and nothing that rests on it.
    before = vm.run("cat /proc/mdstat; cksum </dev/disk/by-id/wwn-0x5000c50000000a01").stdout
    said = spec.apply(code=5)
    assert f"--allow-destroy {ARRAY} --allow-destroy {FILESYSTEM}" in " ".join(said.split())
    assert vm.run("cat /proc/mdstat; cksum </dev/disk/by-id/wwn-0x5000c50000000a01").stdout == before

    spec.run("apply", "--yes", "--allow-destroy", ARRAY, "--allow-destroy", FILESYSTEM, code=0)
    assert vm.run("findmnt -no FSTYPE,LABEL /srv/tank").stdout.split() == ["ext4", "tank"]
    settled(vm)
    spec.json("plan", code=0)

    vm.run("for n in 1 2 3 4 5 6; do head -c 3000000 /dev/urandom >/srv/tank/take-$n.wav; done; sync", check=True)
    there = hashes(vm)
    assert len(there.splitlines()) == 6

    # A disk dies while takes are on it: drift says which, and nothing is lost.
    vm.pull("bay2")
    vm.run("echo x >/srv/tank/.studio-backup-note; sync", check=True)
    drift = spec.run("drift", code=2).stdout
    assert "bay2" in drift
    assert "degraded" in drift
    assert hashes(vm) == there

    # Another disk, with somebody's data on it, goes into the bay.
    old, new = facts.DISKS["bay2"], facts.spare(1, "bay2")
    vm.plug(new)
    vm.run(f"mkfs.ext4 -q -F -L takes-1998 {new.path} </dev/null; udevadm settle", check=True)
    spec.edit(f"bay2: {{id: {old.id},", f"bay2: {{id: {new.id},")
    screen = spec.run("plan", code=2).stdout
    assert "takes-1998" in screen
    assert f"--allow-destroy {ARRAY}#bay2" in " ".join(screen.split())
    said = spec.apply(code=5)
    assert vm.run(f"blkid -p -o value -s LABEL {new.path}").stdout == "takes-1998\n"
    spec.applied(f"{ARRAY}#bay2")
    settled(vm)
    spec.json("plan", code=0)
    assert hashes(vm) == there
    assert vm.run(f"blkid -p -o value -s TYPE {new.path}").stdout == "linux_raid_member\n"

    # What leaves the spec is released: it stands as it stood.
    (spec.folder / "playbooks/storage.yml").write_text("- {name: Nothing is kept any more, hosts: raid}\n")
    released = spec.run("apply", "--yes", code=0).stdout
    assert "3 of 3" in released or "changes done and seen" in released
    assert hashes(vm) == there


def slow(vm: Vm, kib: int) -> None:
    """How fast an array may be built, in KiB a second."""
    vm.run(f"echo {kib} >/proc/sys/dev/raid/speed_limit_max; echo 100 >/proc/sys/dev/raid/speed_limit_min", check=True)


def drifted(spec: Spec, *words: str) -> None:
    """Drift exits as something to look at, and says each of these words."""
    said = " ".join(spec.run("drift", code=2).stdout.split())
    for word in words:
        assert word in said, (word, said)


@pytest.mark.long
def test_drift_names_each_state_while_it_lasts(fresh_disks: Vm, tmp_path: Path) -> None:
    """Built, failed, pulled, rebuilt, scrubbed with a flipped byte, repaired."""
    vm, spec = fresh_disks, Spec(tmp_path / "spec", fresh_disks)
    play = spec.folder / "playbooks/storage.yml"
    play.write_text(PLAY.replace("md-array: {tank: {}}", "md-array: {tank: {scrub: weekly}}"))
    slow(vm, 2000)
    spec.applied(ARRAY, FILESYSTEM)
    drifted(spec, "action", "resyncing")
    slow(vm, 200000)
    settled(vm)
    spec.run("drift", code=0)
    vm.run("for n in 1 2 3; do head -c 3000000 /dev/urandom >/srv/tank/take-$n.wav; done; sync", check=True)
    there = hashes(vm)

    old, new = facts.DISKS["bay2"], facts.spare(1, "bay2")
    vm.run(f"mdadm /dev/md/tank --fail {old.path}", check=True)
    drifted(spec, "degraded", "bay2 has failed")
    vm.pull("bay2")
    vm.run("echo x >/srv/tank/.studio-backup-note; sync", check=True)
    drifted(spec, "degraded", "bay2 is missing", "present")
    # What does not need the disk goes on without it.
    play.write_text(play.read_text().replace("scrub: weekly", "scrub: weekly, bitmap: none"))
    spec.applied()
    assert vm.run("cat /sys/block/md127/md/bitmap/location").stdout == "none\n"

    vm.plug(new)
    spec.edit(f"bay2: {{id: {old.id},", f"bay2: {{id: {new.id},")
    slow(vm, 2000)
    spec.applied(f"{ARRAY}#bay2")
    drifted(spec, "degraded", "recovering", "%", "done in")
    slow(vm, 200000)
    settled(vm)
    spec.run("drift", code=0)
    assert hashes(vm) == there

    # Bytes that no disk reports: a scrub finds them, as a number, and which disk is right nobody knows.
    vm.run(f"printf x | dd of={new.path} bs=1 seek=300000001 conv=notrunc,fsync; blockdev --flushbufs {new.path}")
    slow(vm, 2000)
    vm.run("systemctl start studio-backup-northlight_scrub-tank.service", check=True)
    drifted(spec, "action", "checking")
    slow(vm, 200000)
    vm.run("mdadm --wait /dev/md127", check=False, timeout=300)
    drifted(spec, "mismatches")
    vm.run("echo repair >/sys/block/md127/md/sync_action; mdadm --wait /dev/md127", timeout=300)
    vm.run("systemctl start studio-backup-northlight_scrub-tank.service; mdadm --wait /dev/md127", timeout=300)
    spec.run("drift", code=0)
    assert hashes(vm) == there
