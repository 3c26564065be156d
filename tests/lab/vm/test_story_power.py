"""Storage from the spec alone where the power fails: while it is made, and while a disk is gone at the next start."""

import random
import time
from pathlib import Path

import pytest

from tests.lab.studio import changes
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import ARRAY, FILESYSTEM, MOUNT, Spec, drifted, hashes, settled

pytestmark = [pytest.mark.lab, pytest.mark.long]


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_the_power_fails_while_it_is_made(moment: int, fresh_disks: Vm, tmp_path: Path) -> None:
    """Somewhere between the array and the mount: what is half made is named as what it is, and made whole."""
    vm, spec = fresh_disks, Spec(tmp_path / "spec", fresh_disks)
    with spec.start("apply", "--yes", "--allow-destroy", ARRAY, "--allow-destroy", FILESYSTEM) as process:
        vm.run("until grep -q 'md127 : active' /proc/mdstat; do sleep 0.2; done", check=True, timeout=300)
        time.sleep(random.Random(moment).uniform(0, 12))
        vm.power_cut()
        process.communicate(timeout=600)
    assert process.returncode != 0
    vm.power_on()
    for _ in range(3):  # an array is started, then what is on it is seen
        plan = spec.json("plan", code=2)
        found = changes(plan)
        assert found[ARRAY]["verb"] in ("update", "watch", "ok"), found[ARRAY]
        named = {name for step in plan["steps"] for name in step["names"]}
        assert named <= {FILESYSTEM, f"{FILESYSTEM}#tank"}, named
        spec.applied(*named, codes=(0, 2, 3, 5))
        if vm.run("findmnt /srv/tank").returncode == 0:
            break
    settled(vm)
    spec.applied()
    assert changes(spec.json("plan", code=0))[MOUNT]["verb"] == "ok"
    vm.run("head -c 3000000 /dev/urandom >/srv/tank/take.wav; sync", check=True)
    assert len(hashes(vm).splitlines()) == 1


def test_the_power_fails_and_a_disk_is_gone_at_the_next_start(fresh_disks: Vm, tmp_path: Path) -> None:
    """What nobody has started yet is not known, and is never planned to be made anew; apply starts it."""
    vm, spec = fresh_disks, Spec(tmp_path / "spec", fresh_disks)
    spec.applied(ARRAY, FILESYSTEM)
    settled(vm)
    vm.run("head -c 3000000 /dev/urandom >/srv/tank/take.wav; sync", check=True)
    there = hashes(vm)
    vm.power_cut()
    vm.inserted.pop("bay2")
    vm.power_on()
    drifted(spec, "bay2 is missing", "inactive", "cannot be read")
    assert FILESYSTEM not in {step["address"] for step in spec.json("plan", code=2)["steps"]}
    spec.applied(codes=(2, 3))  # what the array carries is seen once it runs
    spec.applied()
    drifted(spec, "degraded", "bay2 is missing")
    assert hashes(vm) == there
