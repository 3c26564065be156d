"""md arrays for real: made, filled, hurt, mended and checked by the resource's own probe and steps, over SSH."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_backup.diff import Present, compare
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_scrub import program
from studio_backup.script import REFUSED
from tests.lab.vm.facts import spare
from tests.lab.vm.machine import Vm
from tests.lab.vm.md_bench import (
    CHOSEN,
    asked,
    bytes_of,
    carried_out,
    ended,
    fields,
    fill,
    judged,
    made,
    settled,
    wanted,
    whole,
)

pytestmark = [pytest.mark.lab, pytest.mark.long]


def test_a_mirror_lives_through_a_failed_and_a_pulled_disk(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    made(vm, want)
    fill(vm)
    vm.run(f"mdadm /dev/md/tank --fail {vm.inserted['bay2'].path}", check=True)
    change = judged(vm, want)
    assert (change.verb, fields(change)) == ("watch", {"state": "degraded", "faults": "bay2 has failed"})
    vm.pull("bay2")
    change = judged(vm, want)
    assert (change.verb, fields(change)) == ("watch", {"state": "degraded", "faults": "bay2 is missing"})
    vm.plug(spare(1, "bay2"))
    want = wanted(vm, "bay1", "bay2")
    change = judged(vm, want)
    assert change.verb == "update"
    assert isinstance(change.want, MdArray)
    assert isinstance(change.seen, Present)
    steps = change.want.update(change.seen.value, frozenset({"members"}))  # type: ignore[arg-type]
    assert [step.names for step in steps] == [("nas/linux/md-array/tank#bay2",)]
    outcome = carried_out(vm, change)
    assert outcome.exit == 0, outcome.log
    ended(vm, want)
    assert whole(vm)


def test_a_raid5_is_checked_widened_and_has_a_healthy_disk_swapped(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2", "bay3", level="raid5")
    made(vm, want)
    ended(vm, want)
    fill(vm)
    # Bytes that no disk reported: only a check sees them, and only as a number.
    vm.run(f"dd if=/dev/urandom of={vm.inserted['bay2'].path} bs=1M seek=150 count=1 conv=notrunc", check=True)
    vm.run(f"blockdev --flushbufs {vm.inserted['bay2'].path}", check=True)
    vm.run(
        "cat >/root/scrub; chmod 755 /root/scrub; /root/scrub", text=program(list(want.devices.values())), check=True
    )
    change = settled(vm, want)
    assert change.verb == "watch"
    assert int(fields(change)["mismatches"] or "0") > 0
    vm.run("echo repair >/sys/block/md127/md/sync_action; mdadm --wait /dev/md127; /root/scrub", check=True)
    ended(vm, want)
    wider = wanted(vm, "bay1", "bay2", "bay3", "bay4", level="raid5")
    outcome = carried_out(vm, judged(vm, wider))
    assert outcome.exit == 0, outcome.log
    ended(vm, wider)
    swapped = wanted(vm, "bay1", "bay2", "bay3", level="raid5", bay4="bay5")
    outcome = carried_out(vm, judged(vm, swapped))
    assert outcome.exit == 0, outcome.log
    change = settled(vm, swapped)
    out = f"scsi-3{vm.own['bay4'].path.rpartition('0x')[2]}, of no member, has failed and can be taken out"
    assert (change.verb, fields(change)) == ("watch", {"faults": out})
    assert whole(vm)


def test_nothing_is_made_on_a_disk_that_got_data_after_the_plan(fresh_disks: Vm) -> None:
    vm = fresh_disks
    change = judged(vm, wanted(vm, "bay1", "bay2"))
    assert change.verb == "create"
    vm.run(f"mkfs.ext4 -q -L sessions {vm.inserted['bay2'].path}", check=True)
    before = vm.run(f"sha256sum {vm.inserted['bay1'].path} {vm.inserted['bay2'].path}", check=True).stdout
    outcome = carried_out(vm, change)
    assert outcome.exit == REFUSED
    assert "ext4 'sessions'" in outcome.log
    assert vm.run(f"sha256sum {vm.inserted['bay1'].path} {vm.inserted['bay2'].path}").stdout == before
    assert vm.run("ls -d /sys/block/md*").stdout == ""


def test_a_name_that_means_another_disk_by_then_is_refused(fresh_disks: Vm) -> None:
    """What udev links to is not for ever: whatever the name leads to now must be what the plan saw."""
    vm = fresh_disks
    change = judged(vm, wanted(vm, "bay1", "bay2"))
    link, laden = vm.inserted["bay2"].path, vm.inserted["bay4"].path
    targets = {
        "blank, and not that one": vm.inserted["bay3"].path,
        "the other member": vm.inserted["bay1"].path,
        "with somebody's data": laden,
        "a partition": f"{laden}-part1",
        "not there": "/dev/gone",
    }
    script = f"set -e; parted -s {laden} mklabel gpt mkpart one 1MiB 50%; udevadm settle"
    vm.run(f"{script}; mkfs.ext4 -q {laden}-part1; udevadm settle; systemctl stop systemd-udevd", check=True)
    bays = ("bay1", "bay2", "bay3", "bay4")
    before = [bytes_of(vm, bay) for bay in bays]
    for what, target in targets.items():
        vm.run(f"target=$(readlink -f {target}) && rm -f {link} && ln -s $target {link}", check=True)
        outcome = carried_out(vm, change)
        assert (outcome.exit, "is not what the plan saw" in outcome.log) == (REFUSED, True), (what, outcome)
        assert [bytes_of(vm, bay) for bay in bays] == before, what
        assert vm.run("ls -d /sys/block/md*").stdout == "", what


def test_what_was_on_a_disk_is_named_and_gone_once_the_array_is_made(fresh_disks: Vm) -> None:
    vm = fresh_disks
    first, second = (vm.inserted[bay].path for bay in ("bay1", "bay2"))
    vm.run(f"printf 'label: gpt\\nsize=50M\\n' | sfdisk -q {first}; mkfs.ext4 -q -L sessions {second}", check=True)
    vm.run("udevadm settle")
    change = judged(vm, wanted(vm, "bay1", "bay2"))
    assert isinstance(change.want, MdArray)
    (step,) = change.want.create()
    address = "nas/linux/md-array/tank"
    assert step.names == (address, f"{address}#bay1", f"{address}#bay2")
    assert [line.split(",")[0].split(" (")[0] for line in step.stakes] == [
        "bay1: GPT partition table + 1 partition",
        "bay2: ext4 'sessions'",
    ]
    assert carried_out(vm, change).exit == 0
    found = vm.run(f"wipefs -n -p {first} {second} | cut -d, -f3-", check=True).stdout
    assert "gpt" not in found
    assert "ext4" not in found
    assert vm.run("lsblk -ln -o NAME,TYPE | grep part").stdout == ""


def test_one_that_was_stopped_is_started_with_all_it_holds(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    made(vm, want)
    settled(vm, want)
    fill(vm)
    vm.run(f"umount /srv/tank; mdadm --stop /dev/md/tank; udevadm settle; mdadm -I {vm.inserted['bay1'].path}")
    change = judged(vm, want)
    assert (change.verb, fields(change)) == ("update", {"running": "no", "state": "inactive"})
    assert isinstance(change.want, MdArray)
    assert isinstance(change.seen, Present)
    steps = change.want.update(change.seen.value, frozenset({"running"}))  # type: ignore[arg-type]
    assert [step.names for step in steps] == [()]
    outcome = carried_out(vm, change)
    assert outcome.exit == 0, outcome.log
    ended(vm, want)
    vm.run(f"mount /dev/disk/by-id/md-uuid-{CHOSEN} /srv/tank", check=True)
    assert whole(vm)


def test_one_made_by_hand_is_taken_over_and_its_bitmap_set(fresh_disks: Vm) -> None:
    vm = fresh_disks
    paths = f"{vm.inserted['bay1'].path} {vm.inserted['bay2'].path}"
    vm.run(
        "mdadm --create /dev/md/studio --level=1 --raid-devices=2 --metadata=1.2 --bitmap=none --run --assume-clean "
        f"--uuid=b0000000:00000000:00000000:00000001 {paths} </dev/null; udevadm settle",
        check=True,
    )
    want = wanted(vm, "bay1", "bay2")
    assert compare(want, asked(vm, want), None, "", {}).reason == "adopted"
    want = replace(want, bitmap="internal")
    change = judged(vm, want)
    assert fields(change) == {"bitmap": "none"}
    assert carried_out(vm, change).exit == 0
    ended(vm, want)
