"""Everything that a disk may hold, made by the programs that people use: nothing of it goes without its name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from studio_backup.resources.device import IN_USE, is_blank, joined, told
from studio_backup.resources.md_array import MdArray
from studio_backup.script import REFUSED
from tests.disks.device_bench import Loop
from tests.disks.device_signatures import SIGNATURES
from tests.lab.vm import places
from tests.lab.vm.machine import Vm
from tests.lab.vm.md_bench import CHOSEN, PLACE, SYSTEM, asked, bytes_of, carried_out, judged

pytestmark = [pytest.mark.lab, pytest.mark.long]

GPT = "parted -s $1 mklabel gpt mkpart one 1MiB 50% mkpart two 50% 100%; udevadm settle"
MD = "mdadm --create /dev/md/other --homehost=other --level=1 --raid-devices=2 --bitmap=internal --run --metadata="
#: Name -> sh that writes it on $1; what begins with `bytes` is written as its makers define it.
MADE = {
    "GPT": GPT,
    "GPT and ext4 in a partition": f"{GPT}; mkfs.ext4 -q -L takes $1-part2",
    "GPT, backup header alone": f"{GPT}; dd if=/dev/zero of=$1 bs=512 count=34 conv=notrunc,fsync",
    "GPT with a hybrid MBR": "sgdisk -n 1:2048:40960 -n 2:43008:81920 -h 1 $1",
    "protective MBR alone": f"{GPT}; for at in 1 $(($(blockdev --getsz $1) - 33)); do "
    "dd if=/dev/zero of=$1 bs=512 seek=$at count=33 conv=notrunc,fsync; done",
    "MBR": "printf 'label: dos\\nsize=50M\\n' | sfdisk -q $1",
    "MBR and NTFS in a partition": "printf 'label: dos\\nsize=50M,type=7\\n' | sfdisk -q $1; udevadm settle; "
    "mkfs.ntfs -q -F -Q -L Mixes $1-part1",
    "MBR and FAT in a partition": "printf 'label: dos\\nsize=50M,type=c\\n' | sfdisk -q $1; udevadm settle; "
    "mkfs.vfat -n CARD $1-part1",
    "ext4": "mkfs.ext4 -q -L sessions $1",
    "ext4 beside an old GPT backup": f"{GPT}; dd if=/dev/zero of=$1 bs=512 count=34 conv=notrunc,fsync; "
    "mkfs.ext4 -q -F -L sessions $1 300M",
    "ext4, mounted": "mkfs.ext4 -q $1; mkdir -p /srv/m; mount $1 /srv/m",
    "a partition, mounted": f"{GPT}; mkfs.ext4 -q $1-part1; mkdir -p /srv/p; mount $1-part1 /srv/p",
    "xfs": "mkfs.xfs -q -L archive $1",
    "btrfs": "mkfs.btrfs -q -L archive $1",
    "btrfs, mounted": "mkfs.btrfs -q $1; mkdir -p /srv/b; mount $1 /srv/b",
    "NTFS": "mkfs.ntfs -q -F -Q -L Sessions $1",
    "FAT": "mkfs.vfat -I -n CARD $1",
    "swap": "mkswap -q $1",
    "swap, on": "mkswap -q $1; swapon $1",
    "LUKS 1": "echo secret >/run/k; cryptsetup -q luksFormat --type luks1 --pbkdf-force-iterations 1000 $1 /run/k",
    "LUKS 2": "echo secret >/run/k; cryptsetup -q luksFormat --pbkdf pbkdf2 --iter-time 10 $1 /run/k",
    "LUKS 2, opened": "echo secret >/run/k; cryptsetup -q luksFormat --pbkdf pbkdf2 --iter-time 10 $1 /run/k; "
    "cryptsetup open --key-file /run/k $1 vault",
    "LVM": "pvcreate -q $1",
    "LVM, active": "pvcreate -q $1; vgcreate -q v $1; lvcreate -q -l 100%FREE -n l v",
    "md 1.2 of another host": f"{MD}1.2 $1 missing; mdadm --stop /dev/md/other",
    "md 1.0 of another host": f"{MD}1.0 $1 missing; mdadm --stop /dev/md/other",
    "md 0.90 of another host": f"{MD}0.90 --bitmap=none $1 missing; mdadm --stop /dev/md/other".replace(
        "--bitmap=internal ", ""
    ),
    "md of another host, running": f"{MD}1.2 $1 missing",
    **{name: f"bytes {name}" for name in ("APFS", "ZFS", "ISO 9660", "HFS+", "exFAT", "BitLocker")},
    **{name: f"bytes {name}" for name in ("LUKS, second header alone", "VMFS, beyond the first MiB")},
}  # fmt: skip
BAYS = ("bay1", "bay2", "bay3", "bay4", "bay5", "bay6")
ROUNDS = [list(MADE)[at : at + len(BAYS)] for at in range(0, len(MADE), len(BAYS))]


@dataclass
class Written(Loop):
    """What was written where, to be written again in the machine; the image tells the size alone."""

    parts: list[tuple[int, bytes]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        self.parts.append((offset if offset >= 0 else self.image.stat().st_size + offset, data))


def write(vm: Vm, bay: str, name: str) -> None:
    """Put it on the disk in a bay."""
    disk, script = vm.inserted[bay], MADE[name]
    if script.startswith("bytes "):
        written = Written(places.disk_image(disk.serial))
        SIGNATURES[script.removeprefix("bytes ")](written)
        script = "\n".join(
            f"printf '{''.join(f'{chr(92)}{byte:03o}' for byte in data)}' | "
            f"dd of=$1 bs=1 seek={offset} conv=notrunc status=none"
            for offset, data in written.parts
        )
    vm.run(f"set -e; set -- {disk.path}\n{script}\nudevadm settle; sync; blockdev --flushbufs $1", check=True)


def array_of(vm: Vm, bay: str) -> MdArray:
    """A mirror of this disk and of one that stays blank."""
    return MdArray(
        system=SYSTEM, name="tank", place=PLACE, level="raid1", members=(bay, "nvme1"), chosen=CHOSEN, uneven=True,
        devices={name: f"id:{vm.inserted[name].id}" for name in (bay, "nvme1")},
        found=joined({name: f"{SYSTEM}/disk/{name}" for name in (bay, "nvme1")}),
    )  # fmt: skip


def test_there_are_more_than_thirty() -> None:
    assert len(MADE) >= 36
    assert set(MADE) >= {"GPT, backup header alone", "GPT with a hybrid MBR", "ISO 9660", "APFS", "ZFS"}


@pytest.mark.parametrize("names", ROUNDS, ids=lambda names: names[0].replace(" ", "-"))
def test_what_came_after_the_plan_is_refused_and_what_was_there_before_is_named(
    names: list[str], fresh_disks: Vm
) -> None:
    vm = fresh_disks
    # Else udev would put together what an earlier line has taken apart.
    vm.run(": >/etc/udev/rules.d/64-md-raid-assembly.rules; udevadm control --reload", check=True)
    planned = {bay: judged(vm, array_of(vm, bay)) for bay in BAYS[: len(names)]}
    for change in planned.values():
        assert change.verb == "create"
        assert all(is_blank(content) for content in change.want._contents().values())  # type: ignore[union-attr]
    for bay, name in zip(BAYS, names, strict=False):
        write(vm, bay, name)
    arrays = vm.run("ls -d /sys/block/md*").stdout
    for bay, name in zip(BAYS, names, strict=False):
        now = judged(vm, array_of(vm, bay))
        assert isinstance(now.want, MdArray)
        content = now.want._contents()[bay]
        in_use = content.startswith(IN_USE)
        assert in_use is any(word in name for word in ("mounted", "swap, on", "opened", "active", "running")), content
        before = "" if in_use else bytes_of(vm, bay)
        outcome = carried_out(vm, planned[bay])
        assert outcome.exit == REFUSED, (name, outcome.log)
        assert told(content) in outcome.log, name
        assert in_use or bytes_of(vm, bay) == before, name
        assert vm.run("ls -d /sys/block/md*").stdout == arrays
        if in_use:
            assert now.verb == "conflict", (name, now)
            # Whatever was allowed: a content that says who uses it passes no guard.
            allowed = replace(planned[bay], want=replace(now.want, level="raid1"))
            assert carried_out(vm, allowed).exit == REFUSED
        else:
            assert not is_blank(content), name
            (step,) = replace(now.want).create()
            assert step.names == (f"{SYSTEM}/md-array/tank", f"{SYSTEM}/md-array/tank#{bay}"), name
            assert step.stakes == (f"{bay}: {told(content)}",)
        assert asked(vm, array_of(vm, bay)) is not None
