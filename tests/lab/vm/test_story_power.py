"""Storage from the spec alone where the power fails while it is made."""

import random
import time
from pathlib import Path

import pytest

from tests.lab.studio import changes
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import ARRAY, FILESYSTEM, MOUNT, Spec, hashes, settled

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
