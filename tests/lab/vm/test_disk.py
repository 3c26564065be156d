"""Kind disk for real: SATA, SAS and NVMe with their SMART, partitions, and everything that can be built on a disk."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from studio_backup.probe import PREAMBLE, Reply
from studio_backup.resource import Unparsable
from studio_backup.resources.device import guard, is_blank, told
from studio_backup.resources.disk import Disk
from studio_backup.source import Place
from tests.lab.vm.machine import Vm

pytestmark = [pytest.mark.lab, pytest.mark.long]


def disk(vm: Vm, bay: str, smart: str = "yes") -> Disk:
    """What the inventory says of the disk in a bay."""
    return Disk.of(
        by_id=vm.own[bay].id,
        serial=None,
        in_service="2025-03-01",
        smart=smart,
        system="nas/linux",
        name=bay,
        place=Place("studio.yml", 1, 1),
    )


def seen(vm: Vm, *wanted: Disk) -> dict[str, Disk]:
    """The disks by bay, all asked for in one call."""
    probe = wanted[0].probe()
    arguments = shlex.join(one.probe().args[0] for one in wanted)
    done = vm.run("exec sh -s", text=f"{PREAMBLE}\n( set -eu\nset -- {arguments}\n{probe.script}\n) </dev/null\n")
    assert done.stderr == ""
    found = {}
    for one in wanted:
        value = one.parse(Reply(done.returncode, done.stdout, done.stderr))
        assert value is not None
        found[one.name] = value
    return found


def content(vm: Vm, bay: str) -> str:
    """What is on the disk in a bay, or who uses it."""
    found = seen(vm, disk(vm, bay, smart="no"))[bay].content
    assert found is not None
    return found


def refused(vm: Vm, bay: str, expected: str) -> str:
    """What the guard says; empty when it lets pass."""
    done = vm.run(
        "exec sh -s", text=f"{PREAMBLE}\n( set -eu\n{guard({f'id:{vm.own[bay].id}': expected})}\n) </dev/null\n"
    )
    assert (done.returncode == 0) == (done.stdout == ""), (done.stdout, done.stderr)
    return done.stdout


def test_every_disk_says_what_it_is(fresh_disks: Vm) -> None:
    found = seen(fresh_disks, *(disk(fresh_disks, bay) for bay in fresh_disks.own))
    for bay, own in fresh_disks.own.items():
        assert is_blank(found[bay].content or ""), found[bay]
        assert told(found[bay].content or "").endswith(f" MB, serial {own.serial}")
        assert (found[bay].present, found[bay].serial, found[bay].age) == ("yes", own.serial, "under 3 years")
    for bay in ("ata1", "ata2", "nvme1"):
        assert (found[bay].health, found[bay].reallocated, found[bay].wear) == ("passed", "none known", "none known")
    # This SCSI disk has no SMART: whatever smartctl makes of that, it is no `passed`.
    assert (found["bay1"].health or "").startswith("unknown (")


def test_by_serial_and_another_disk_in_the_bay(fresh_disks: Vm) -> None:
    serial, number = fresh_disks.own["bay2"].serial, fresh_disks.own["bay2"].id
    one = replace(disk(fresh_disks, "ata1"), device=f"serial:{fresh_disks.own['ata1'].serial}")
    right = replace(disk(fresh_disks, "bay2"), serial=serial)
    wrong = replace(disk(fresh_disks, "bay3"), device=f"id:{number}", serial="WD-STUDIO0003")
    found = seen(fresh_disks, one, right, wrong)
    assert (found["ata1"].present, found["bay2"].serial, found["bay3"].serial) == ("yes", serial, serial)


def test_a_pulled_disk_is_seen_as_not_there(fresh_disks: Vm) -> None:
    blank = content(fresh_disks, "bay4")
    fresh_disks.pull("bay4")
    found = seen(fresh_disks, disk(fresh_disks, "bay4"), disk(fresh_disks, "bay5"))
    assert (found["bay4"].present, found["bay5"].present) == ("no", "yes")
    assert "it is not there" in refused(fresh_disks, "bay4", blank)


def test_partitions_and_what_is_built_on_them(fresh_disks: Vm) -> None:
    own = {bay: one.path for bay, one in fresh_disks.own.items()}
    fresh_disks.run(
        f"set -e; for disk in {own['bay1']} {own['bay2']} {own['bay3']}; do\n"
        "parted -s $disk mklabel gpt mkpart one 1MiB 50% mkpart two 50% 100%; done; udevadm settle\n"
        f"mkfs.ext4 -q {own['bay1']}-part2; mkdir -p '/srv/a b'; mount {own['bay1']}-part2 '/srv/a b'\n"
        f"mkswap -q {own['bay2']}-part1; swapon {own['bay2']}-part1; mkfs.ext4 -q -L archive {own['bay3']}-part2",
        check=True,
    )
    assert content(fresh_disks, "bay1") == "in use: mounted /srv/a\\040b"
    assert content(fresh_disks, "bay2") == "in use: swap"
    free = content(fresh_disks, "bay3")
    assert told(free).startswith("GPT partition table + 2 partitions + ext4 'archive' (")
    assert told(free).endswith("...), 419 MB, serial WD-STUDIO0003")
    assert refused(fresh_disks, "bay3", free) == ""
    fresh_disks.run(f"swapoff {own['bay2']}-part1; umount '/srv/a b'", check=True)
    assert "last mounted" not in told(content(fresh_disks, "bay1"))


def test_partitions_that_only_the_kernel_still_knows(fresh_disks: Vm) -> None:
    path = fresh_disks.own["bay1"].path
    blank = content(fresh_disks, "bay1")
    fresh_disks.run(
        f"set -e; parted -s {path} mklabel gpt mkpart one 1MiB 50%; udevadm settle; sleep 20 <{path}-part1 &\n"
        f"dd if=/dev/zero of={path} bs=1M count=1 conv=fsync status=none\n"
        f"dd if=/dev/zero of={path} bs=1M seek=399 count=1 conv=fsync status=none; udevadm settle",
        check=True,
    )
    now = content(fresh_disks, "bay1")
    if "partition" in now:  # unless udev made the kernel look again already
        assert told(now).startswith("1 partition, ")
        assert not is_blank(now)
        assert "now: 1 partition" in refused(fresh_disks, "bay1", blank)
    else:
        assert is_blank(now)


def test_whatever_is_built_on_disks_holds_them(fresh_disks: Vm) -> None:
    own = {bay: one.path for bay, one in fresh_disks.own.items()}
    blank = {bay: content(fresh_disks, bay) for bay in own}
    fresh_disks.run(
        "set -e; mdadm --create /dev/md/studio --homehost=raid --name=studio --level=1 --raid-devices=2 "
        f"--metadata=1.2 --bitmap=internal {own['bay1']} {own['bay2']} </dev/null\n"
        f"pvcreate -q {own['bay3']}; vgcreate -q v {own['bay3']}; lvcreate -q -l 100%FREE -n l v\n"
        f"echo secret >/run/key; cryptsetup -q luksFormat --pbkdf pbkdf2 --iter-time 10 {own['bay4']} /run/key\n"
        f"cryptsetup open --key-file /run/key {own['bay4']} vault\n"
        f"mkfs.btrfs -q -d raid1 -m raid1 {own['bay5']} {own['bay6']}; mkdir -p /srv/b; mount {own['bay5']} /srv/b",
        check=True,
    )
    for bay, word in (
        ("bay1", "held by md"),
        ("bay2", "held by md"),
        ("bay3", "held by dm-"),
        ("bay4", "held by dm-"),
        ("bay5", "btrfs "),
        ("bay6", "btrfs "),
    ):
        assert content(fresh_disks, bay).startswith(f"in use: {word}"), bay
        assert f"now: in use: {word}" in refused(fresh_disks, bay, blank[bay]), bay
    fresh_disks.run(
        "set -e; umount /srv/b; cryptsetup close vault; vgchange -q -an v; mdadm --stop /dev/md/studio", check=True
    )
    for bay, word in (("bay1", "linux_raid_member"), ("bay3", "LVM2_member"), ("bay4", "crypto_LUKS")):
        now = content(fresh_disks, bay)
        assert told(now).startswith(word), bay
        assert refused(fresh_disks, bay, now) == ""
        assert f"expected blank, 419 MB, serial {fresh_disks.own[bay].serial}; now: {word}" in refused(
            fresh_disks, bay, blank[bay]
        )


def test_what_was_mounted_last_is_told(fresh_disks: Vm) -> None:
    fresh_disks.run(
        f"set -e; mkfs.ext4 -q -L sessions {fresh_disks.own['ata2'].path}; mkdir -p /srv/sessions; "
        f"mount {fresh_disks.own['ata2'].path} /srv/sessions; echo x >/srv/sessions/x; umount /srv/sessions",
        check=True,
    )
    now = told(content(fresh_disks, "ata2"))
    assert now.startswith("ext4 'sessions' (")
    assert now.endswith(", serial ZR50002, last mounted at /srv/sessions")


def test_one_who_is_not_root_reads_nothing(fresh_disks: Vm) -> None:
    one = disk(fresh_disks, "bay1", smart="no")
    script = f"{PREAMBLE}\n( set -eu\nset -- {shlex.quote(one.probe().args[0])}\n{one.probe().script}\n) </dev/null\n"
    done = fresh_disks.run("exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -s", text=script)
    with pytest.raises(Unparsable):
        one.parse(Reply(done.returncode, done.stdout, done.stderr))
