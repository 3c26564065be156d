"""The plug is pulled while a snapshot is received, on a real kernel with disks of its own: the next run goes on."""

from pathlib import Path

import pytest

from tests.lab.slow import wait_until
from tests.lab.vm import facts
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import Spec

pytestmark = [pytest.mark.lab, pytest.mark.long]

TANK, FAR = "7a4b0001-0000-4000-8000-00000000a001", "7a4b0001-0000-4000-8000-00000000a002"
VOLUMES = f"""    volumes:
      tank: {{on: bay1, filesystem: btrfs, id: {TANK}, path: /srv/tank}}
      far: {{on: bay2, filesystem: btrfs, id: {FAR}, path: /srv/far}}
"""
PLAY = """- name: The archive has snapshots, and a second disk has them, too
  hosts: raid
  datasets:
    archive:
      source: {volume: tank, path: archive}
      policy: none
      quiet: 0 min
      snapshots: {every: manual}
      copies: {second: {from: snapshots, to: "raid:far/archive", engine: btrfs-send, every: manual}}
"""
SNAPSHOTS, SECOND = "raid/archive/snapshots", "raid/archive/second"
POINTS, THERE = "/srv/tank/.studio-backup-snapshots/archive/points", "/srv/far/archive/points"
MOUNT = f"""mkdir -p /srv/tank /srv/far
mount -U {TANK} /srv/tank && mount -U {FAR} /srv/far"""


@pytest.fixture
def spec(fresh_disks: Vm, tmp_path: Path) -> Spec:
    """Two disks with a btrfs each, and the jobs in place."""
    bays = {"bay1": TANK, "bay2": FAR}
    made = "\n".join(f"mkfs.btrfs -q -U {number} {facts.DISKS[bay].path}" for bay, number in bays.items())
    fresh_disks.run(f"set -e\n{made}\nudevadm settle\n{MOUNT}\nbtrfs subvolume create /srv/tank/archive", check=True)
    spec = Spec(tmp_path / "spec", fresh_disks)
    inventory = spec.folder / "inventory/studio.yml"
    head, _, _ = inventory.read_text().partition("    arrays:\n")
    inventory.write_text(head + VOLUMES)
    (spec.folder / "playbooks/storage.yml").write_text(PLAY)
    spec.run("validate", code=0)
    spec.run("apply", "--yes", code=0)
    return spec


def test_the_plug_is_pulled_while_a_snapshot_is_received(fresh_disks: Vm, spec: Spec) -> None:
    vm = fresh_disks
    vm.run("echo take >/srv/tank/archive/take; sync", check=True)
    first = spec.json("run", SNAPSHOTS, code=0)["restore_point"]
    assert spec.json("run", SECOND, code=0)["restore_point"] == first
    vm.run("head -c 120000000 /dev/urandom >/srv/tank/archive/long.wav; sync", check=True)
    second = spec.json("run", SNAPSHOTS, code=0)["restore_point"]

    with spec.start("run", SECOND) as running:
        half = "find /srv/far/archive/.receiving -size +8M; sync -f /srv/far"
        wait_until(lambda: bool(vm.run(half).stdout), seconds=120)
        vm.power_cut()
        running.kill()
    vm.power_on()
    vm.run(MOUNT, check=True)
    assert vm.run(f"ls {THERE}", check=True).stdout.split() == [first]
    left = vm.run("ls /srv/far/archive/.receiving/*", check=True).stdout.split()
    assert left == [second], "half of it is there, where nothing counts"

    job = spec.json("status", code=2)["jobs"]
    assert [(one["copy"], one["reason"]) for one in job if one["copy"] == "second"] == [("second", "interrupted")]
    done = spec.json("run", SECOND, code=0)
    assert (done["restore_point"], done["rewritten"], done["deleted"]) == (second, 0, 0)
    assert vm.run(f"ls {THERE}", check=True).stdout.split() == [first, second]
    assert vm.run("ls -A /srv/far/archive/.receiving 2>/dev/null").stdout == ""
    sums = "cd {}/{} && find . -type f -exec sha256sum {{}} + | sort"
    for point in (first, second):
        held, sent = (vm.run(sums.format(folder, point), check=True).stdout for folder in (POINTS, THERE))
        assert held == sent
    assert (
        "no restore point is on both ends"
        not in vm.run(
            f"cat /var/lib/studio-backup/northlight/log/raid_archive_second.{done['run']}.log", check=True
        ).stdout
    )
