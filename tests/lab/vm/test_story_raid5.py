"""raid5, a spare and xfs from the spec alone: a disk dies, the spare fills in, it grows, the machine starts anew."""

from pathlib import Path

import pytest

from tests.lab.vm import facts
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import ARRAY, FILESYSTEM, Spec, drifted, hashes, settled

pytestmark = [pytest.mark.lab, pytest.mark.long]

STORAGE = """    arrays:
      tank: {kind: md, level: raid5, members: [bay1, bay2, ata1], spares: [bay4]}
    volumes:
      tank: {on: tank, filesystem: xfs, path: /srv/tank}
"""
PLAY = """- name: The disks, joined and mounted
  hosts: raid
  disk: {bay1: {smart: "no"}, bay2: {smart: "no"}, bay4: {smart: "no"}, bay5: {smart: "no"}}
  md-array: {tank: {chunk: 64K, uneven: yes}}
  filesystem: {tank: {label: tank}}
  mount: {tank: {options: [noatime]}}
"""


def test_a_spare_fills_in_and_the_array_grows_under_an_xfs(fresh_disks: Vm, tmp_path: Path) -> None:
    vm, spec = fresh_disks, Spec(tmp_path / "spec", fresh_disks, STORAGE, PLAY)
    spec.applied(ARRAY, FILESYSTEM)
    settled(vm)
    spec.run("drift", code=0)
    assert vm.run("findmnt -no FSTYPE,LABEL /srv/tank").stdout.split() == ["xfs", "tank"]
    vm.run("for n in 1 2 3 4; do head -c 3000000 /dev/urandom >/srv/tank/take-$n.wav; done; sync", check=True)
    there = hashes(vm)

    # Nobody is asked: the disk that waited is filled at once.
    vm.pull("bay2")
    vm.run("echo x >/srv/tank/.studio-backup-note; sync", check=True)
    drifted(spec, "bay2 is missing")
    settled(vm)
    said = spec.run("drift", code=2).stdout
    assert "bay2 is missing" in said
    assert "degraded" not in said
    assert hashes(vm) == there

    # The disk put in the dead one's place waits from then on.
    old, new = facts.DISKS["bay2"], facts.spare(1, "bay2")
    vm.plug(new)
    spec.edit(f"bay2: {{id: {old.id},", f"bay2: {{id: {new.id},")
    spec.applied(f"{ARRAY}#bay2")
    spec.run("drift", code=0)
    assert vm.run("cat /sys/block/md127/md/dev-*/state | sort | uniq -c").stdout.split() == [
        "3",
        "in_sync",
        "1",
        "spare",
    ]

    spec.edit("members: [bay1, bay2, ata1]", "members: [bay1, bay2, ata1, bay5]")
    before = int(vm.run("cat /sys/block/md127/size", check=True).stdout)
    assert f"--allow-destroy {ARRAY}#bay5" in " ".join(spec.apply(code=5).split())
    spec.applied(f"{ARRAY}#bay5")
    settled(vm)
    assert int(vm.run("cat /sys/block/md127/size", check=True).stdout) == before * 3 // 2
    drifted(spec, "unused", "it can be grown")
    vm.run("xfs_growfs /srv/tank", check=True)
    spec.run("drift", code=0)
    assert hashes(vm) == there

    # At the next start all of it is there again, under whatever names the kernel gives.
    vm.reboot()
    vm.run("timeout 240 sh -c 'until findmnt /srv/tank; do sleep 2; done'", check=True, timeout=300)
    spec.run("drift", code=0)
    assert hashes(vm) == there
