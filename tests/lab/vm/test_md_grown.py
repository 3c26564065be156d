"""Arrays that change while they are in use: grown by a disk, filled by a spare, one disk in place of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_backup.script import REFUSED
from tests.lab.vm.facts import spare
from tests.lab.vm.machine import Vm
from tests.lab.vm.md_bench import (
    CHOSEN,
    bytes_of,
    carried_out,
    ended,
    fields,
    fill,
    judged,
    made,
    settled,
    steps_for,
    wanted,
    whole,
)

pytestmark = [pytest.mark.lab, pytest.mark.long]


@pytest.mark.parametrize(("level", "bays"), [("raid1", 2), ("raid6", 4)])
def test_grown_by_a_disk(level: str, bays: int, fresh_disks: Vm) -> None:
    vm = fresh_disks
    names = [f"bay{number}" for number in range(1, bays + 2)]
    want = wanted(vm, *names[:-1], level=level)
    # One that uses little of its disks, for a raid6 is built slowly here; it is known by its UUID as ours are.
    disks = " ".join(vm.inserted[name].path for name in names[:-1])
    vm.run(f"mdadm --create /dev/md/tank --homehost=nas --name=tank --uuid={CHOSEN} --level={level} --size=60M "
           f"--raid-devices={bays} --bitmap=internal --run {disks}; udevadm settle", check=True)  # fmt: skip
    ended(vm, want)
    fill(vm)
    wider = wanted(vm, *names, level=level)
    outcome = carried_out(vm, judged(vm, wider))
    assert outcome.exit == 0, outcome.log
    ended(vm, wider)
    assert vm.run("cat /sys/block/md127/md/raid_disks").stdout == f"{bays + 1}\n"
    assert whole(vm)


def test_a_spare_takes_over_and_the_next_disk_waits(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = replace(wanted(vm, "bay1", "bay2", "bay3"), spares=1)
    made(vm, want)
    ended(vm, want)
    fill(vm)
    vm.pull("bay2")
    vm.run("echo x >/srv/tank/note; sync -f /srv/tank; rm /srv/tank/note", check=True)
    change = settled(vm, want)
    assert (change.verb, fields(change)) == ("watch", {"faults": "bay2 is missing"})
    assert whole(vm)
    vm.plug(spare(4, "bay2"))
    want = replace(wanted(vm, "bay1", "bay2", "bay3"), spares=1)
    outcome = carried_out(vm, judged(vm, want))
    assert outcome.exit == 0, outcome.log
    ended(vm, want)
    assert vm.run("cat /sys/block/md127/md/dev-*/state | sort").stdout == "in_sync\nin_sync\nspare\n"
    assert whole(vm)


def known(vm: Vm, bay: str) -> str:
    """How the disk in a bay is called once it is of no member."""
    return f"scsi-3{vm.own[bay].path.rpartition('0x')[2]}"


def test_the_disk_that_the_plan_named_is_replaced_and_no_other(fresh_disks: Vm) -> None:
    """It failed meanwhile, and somebody put in another one by hand: that is not the one that was to go."""
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    made(vm, want)
    ended(vm, want)
    fill(vm)
    swapped = wanted(vm, "bay1", bay2="bay4")
    planned = judged(vm, swapped)
    assert [step.title for step in steps_for(planned)] == [f"put bay2 into tank in place of {known(vm, 'bay2')}"]
    second, third = (vm.inserted[bay].path for bay in ("bay2", "bay3"))
    vm.run(f"mdadm /dev/md/tank --fail {second} && mdadm /dev/md/tank --remove {second} && sleep 1 && "
           f"mdadm /dev/md/tank --add {third} && mdadm --wait /dev/md/tank; sleep 1", check=True)  # fmt: skip
    before = bytes_of(vm, "bay4")
    outcome = carried_out(vm, planned)
    assert outcome.exit == REFUSED, outcome
    assert f"{known(vm, 'bay2')} does not work in /dev/md127 any more" in outcome.log
    assert bytes_of(vm, "bay4") == before
    assert vm.run("cat /sys/block/md127/md/dev-*/state").stdout == "in_sync\nin_sync\n"
    again = judged(vm, swapped)
    assert [step.title for step in steps_for(again)] == [f"put bay2 into tank in place of {known(vm, 'bay3')}"]
    outcome = carried_out(vm, again)
    assert outcome.exit == 0, outcome.log
    gone = f"{known(vm, 'bay3')}, of no member, has failed and can be taken out"
    assert fields(settled(vm, swapped)) == {"faults": gone}
    assert whole(vm)


def test_a_disk_that_only_waits_is_exchanged_for_another(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = replace(wanted(vm, "bay1", "bay2", "bay3"), spares=1)
    made(vm, want)
    ended(vm, want)
    swapped = replace(wanted(vm, "bay1", "bay2", bay3="bay4"), spares=1)
    change = judged(vm, swapped)
    assert [step.title for step in steps_for(change)] == [f"put bay3 into tank in place of {known(vm, 'bay3')}"]
    outcome = carried_out(vm, change)
    assert outcome.exit == 0, outcome.log
    ended(vm, swapped)
    assert not vm.run(f"ls -d /sys/block/md127/md/dev-$(basename $(readlink {vm.inserted['bay3'].path}))").stdout
