"""A btrfs of several disks changed in place: grown, labelled, killed half made, adopted, released; subvolumes."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from studio_backup.compile import compile_studio
from studio_backup.diff import Absent, Present
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.device import is_blank
from tests.disks.btrfs_bays import INVENTORY, PLAY, TANK, UUID, Bays, bring_back, filled, hashes, lose, made, spec
from tests.disks.storage_bench import look, wave
from tests.disks.test_storage_apply import done, verbs

THREE = INVENTORY.replace("bay2: {id: ata-two, medium: hdd}", """bay2: {id: ata-two, medium: hdd}
      bay3: {id: ata-three, medium: hdd}""").replace("[bay1, bay2]", "[bay1, bay2, bay3]")  # fmt: skip


def test_a_member_more_is_added_once_it_is_named(bays: Bays) -> None:
    made(bays)
    there = hashes(bays)
    bays.link(ata_one=bays.one, ata_two=bays.two, ata_three=bays.three)
    wider = spec(THREE, PLAY.replace("bay2: {smart: no}", "bay2: {smart: no}, bay3: {smart: no}"))
    assert bays.nas.apply(wider).held[TANK] == (f"{TANK}#bay3",)
    applied = bays.nas.apply(wider, {f"{TANK}#bay3"})
    assert [(result.reason, result.log) for result in applied.failed] == []
    assert set(verbs(bays.nas.plan(wider)).values()) == {"ok"}
    assert hashes(bays) == there

    # One fewer in the spec is nothing that a step does.
    change = bays.state(spec())
    assert (change.verb, change.reason) == ("conflict", "members cannot be changed in place")


def test_the_disk_that_the_plan_named_is_replaced_and_no_other(bays: Bays) -> None:
    """A member that is lost in the meantime keeps its place."""
    made(bays)
    there = hashes(bays)
    bays.link(ata_one=bays.one, ata_two=bays.two, ata_three=bays.three)
    one, two = bays.one.device, bays.two.device
    lost = f"umount /srv/tank; btrfs device scan --forget {one}; mv {one} {one}.away; mount -o degraded {two} /srv/tank"
    mended = spec(INVENTORY.replace("ata-two", "ata-three"))
    bays.nas.apply(mended, {f"{TANK}#bay2"}, lost)
    filled(bays)
    legs = bays.nas.run("btrfs filesystem show --raw /srv/tank | awk '$1 == \"devid\" { print $2, $NF }'")
    assert legs == f"1 MISSING\n2 {bays.three.device}\n"
    assert hashes(bays) == there
    bring_back(bays)
    bays.nas.run(f"btrfs device scan {one}")  # else the kernel remembers one that lacks, for ever


@pytest.mark.trap(5)
@pytest.mark.long
def test_chunks_of_another_profile_are_written_again(bays: Bays) -> None:
    """As a power cut, or somebody who replaces a disk by hand, leaves them."""
    made(bays)
    lose(bays, bays.two)
    bays.nas.run(f"mount -o degraded {bays.one.device} /srv/tank")
    bays.nas.run("""number=4
      until btrfs filesystem df /srv/tank | grep -q 'Data, single'; do
        head -c 20000000 /dev/urandom >/srv/tank/take-$number.wav; sync; number=$((number + 1))
      done""")  # the chunks that are there have two copies: they are filled first
    there = hashes(bays)
    bays.nas.run(f"btrfs replace start -B 2 {bays.three.device} /srv/tank")
    bays.link(ata_one=bays.one, ata_three=bays.three)
    studio = spec(INVENTORY.replace("ata-two", "ata-three"))
    found = bays.fields(studio)
    assert list(found) == ["profiles"]
    assert "data is raid1 and single" in str(found["profiles"])
    assert [(result.reason, result.log) for result in bays.nas.apply(studio).failed] == []
    filled(bays)
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}
    assert hashes(bays) == there


def test_label_and_quota_change_in_place(bays: Bays) -> None:
    made(bays)
    other = spec(play=PLAY.replace("label: tank", "label: other, quota: yes"))
    assert set(bays.fields(other)) == {"label", "quota"}
    assert [(result.reason, result.log) for result in bays.nas.apply(other).failed] == []
    assert set(verbs(bays.nas.plan(other)).values()) == {"ok"}
    assert bays.nas.run("btrfs filesystem label /srv/tank; btrfs qgroup show /srv/tank | grep -c 0/5") == "other\n1\n"


def test_a_label_is_changed_before_it_is_mounted(bays: Bays) -> None:
    made(bays)
    lose(bays)
    other = spec(play=PLAY.replace("label: tank", "label: other"))
    assert set(bays.fields(other)) == {"label"}
    assert [(result.reason, result.log) for result in bays.nas.apply(other).failed] == []
    assert set(verbs(bays.nas.plan(other)).values()) == {"ok"}
    assert bays.nas.run("btrfs filesystem label /srv/tank") == "other\n"


def test_quota_is_there_from_the_beginning(bays: Bays) -> None:
    studio = spec(play=PLAY.replace("label: tank", "quota: yes"))
    assert not bays.nas.apply(studio, {TANK}).failed
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}
    assert "0/5" in bays.nas.run("btrfs qgroup show /srv/tank")


def test_what_stands_there_is_adopted_and_what_leaves_is_released(bays: Bays) -> None:
    bays.nas.run(f"mkfs.btrfs -q -U {UUID} -L theirs -d raid1 -m raid1 {bays.one.device} {bays.two.device} >/dev/null")
    bays.nas.run(f"mkdir /srv/tank; mount {bays.one.device} /srv/tank; echo take >/srv/tank/take-1.wav; sync")
    studio = spec(play=PLAY.replace("{label: tank}", "{}"))
    change = bays.state(studio)
    assert (change.verb, change.reason) == ("ok", "adopted")
    before = bays.nas.run("btrfs filesystem show --raw /srv/tank")
    assert not bays.nas.apply(studio).failed
    released = bays.nas.apply(spec(play="[{name: x, hosts: nas, disk: {bay1: {smart: no}, bay2: {smart: no}}}]"))
    assert not released.failed
    assert bays.nas.run("btrfs filesystem show --raw /srv/tank") == before
    assert bays.nas.run("cat /srv/tank/take-1.wav") == "take\n"


def test_another_btrfs_on_the_disks_is_no_thing_to_be_made(bays: Bays) -> None:
    """Whose id was not pinned: mounted, it is a conflict; else its disks have to be named."""
    bays.nas.run(f"mkfs.btrfs -q -d raid1 -m raid1 {bays.one.device} {bays.two.device} >/dev/null; mkdir /srv/tank")
    assert bays.nas.apply(spec(), {TANK}).held[TANK] == (f"{TANK}#bay1", f"{TANK}#bay2")
    bays.nas.run(f"mount {bays.one.device} /srv/tank")
    change = bays.state(spec())
    assert (change.verb, change.reason) == ("conflict", "uuid cannot be changed in place")


def test_killed_at_any_moment_it_is_whole_or_seen_as_what_it_is(bays: Bays) -> None:
    chance = random.Random(4)
    for _ in range(3):
        for loop in (bays.one, bays.two):
            bays.nas.devices.sandbox.run(f"btrfs device scan --forget {loop.device}")
            loop.wipe()
        (want,) = (one for address, one in compile_studio(spec()).resources.items() if address == TANK)
        assert isinstance(want, BtrfsFilesystem)
        contents = [bays.nas.devices.content(loop) for loop in (bays.one, bays.two)]
        blank = BtrfsFilesystem(**{**vars(want), "found": f"bay1\0{contents[0]}\0\0bay2\0{contents[1]}"})
        script, _task = wave(TANK, blank.create())
        started = bays.nas.devices.sandbox.start(["dash", "-s"])
        assert started.stdin is not None
        started.stdin.write(script.encode())
        started.stdin.close()
        time.sleep(chance.uniform(0.2, 0.9))
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        seen = look(bays.nas.devices, want)
        names = {TANK}
        if isinstance(seen, Absent):
            for name, loop in (("bay1", bays.one), ("bay2", bays.two)):
                if not is_blank(bays.nas.devices.content(loop)):
                    assert bays.nas.apply(spec(), names).results == {}
                    names.add(f"{TANK}#{name}")
        elif isinstance(seen, Present) and seen.value.digest() != want.digest():
            assert bays.nas.apply(spec(), names).results == {}, "half of it is not filled up without being named"
            names |= {f"{TANK}#bay1", f"{TANK}#bay2"}
        applied = bays.nas.apply(spec(), names)
        assert [(result.reason, result.log) for result in applied.failed] == []
        filled(bays)
        assert set(verbs(bays.nas.plan(spec())).values()) == {"ok"}
        bays.nas.run("umount /srv/tank; rm -rf /srv/tank")
        bays.nas.devices.sandbox.clean()
        bays.nas.run(": >/etc/fstab")


SUBVOLUMES = (
    PLAY
    + """
  btrfs-subvolume:
    takes: {volume: tank, path: in/takes, compression: zstd, readonly: no}
    images: {volume: tank, path: images, nocow: yes}
    vault: {volume: tank, path: vault, readonly: yes}
"""
)
TAKES = "nas/linux/btrfs-subvolume/takes"


def test_subvolumes_are_made_changed_and_never_deleted(bays: Bays) -> None:
    studio = spec(play=SUBVOLUMES)
    applied = bays.nas.apply(studio, {TANK})
    assert [(result.reason, result.log) for result in applied.failed] == []
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}
    bays.nas.run("echo take >/srv/tank/in/takes/take.wav; touch /srv/tank/images/disk")
    assert bays.nas.run("lsattr /srv/tank/images | cut -d ' ' -f 1").strip("-\n") == "C"
    assert "vault" not in bays.nas.run("touch /srv/tank/vault/x 2>/dev/null || ls /srv/tank/vault")
    changed = spec(play=SUBVOLUMES.replace("compression: zstd, readonly: no", "compression: none, readonly: yes"))
    assert done(bays.nas.apply(changed)) == {"btrfs-subvolume/takes": "done"}
    other = spec(play=SUBVOLUMES.replace("compression: zstd, readonly: no", "compression: lzo, readonly: yes"))
    assert done(bays.nas.apply(other)) == {"btrfs-subvolume/takes": "done"}, "read-only is given up, and comes back"
    assert bays.nas.run("btrfs property get -t subvol /srv/tank/in/takes ro") == "ro=true\n"
    packed = spec(play=SUBVOLUMES.replace("path: images, nocow: yes", "path: images, nocow: no, compression: zstd"))
    assert done(bays.nas.apply(packed))["btrfs-subvolume/images"] == "done", "no file is both compressed and in place"
    bays.nas.run("cd /srv/tank; btrfs property set images compression ''; chattr +C images")
    bays.nas.run("btrfs property set -t subvol /srv/tank/images ro true")
    clash = spec(play=SUBVOLUMES.replace("path: images, nocow: yes", "path: images, compression: zstd"))
    assert verbs(bays.nas.plan(clash))["btrfs-subvolume/images"] == "conflict"
    assert "btrfs-subvolume/images" not in done(bays.nas.apply(clash)), "it would fail each time"
    bays.nas.run("btrfs property set -t subvol /srv/tank/images ro false; chattr -C /srv/tank/images")
    bays.nas.run("btrfs property set /srv/tank/images compression zstd")
    other_way = spec(play=SUBVOLUMES)
    assert verbs(bays.nas.plan(other_way))["btrfs-subvolume/images"] == "conflict"
    told = spec(play=SUBVOLUMES.replace("nocow: yes", "nocow: yes, compression: none"))
    assert done(bays.nas.apply(told))["btrfs-subvolume/images"] == "done", "the way out that it names"
    assert not bays.nas.apply(spec()).failed
    assert bays.nas.run("cat /srv/tank/in/takes/take.wav") == "take\n"


def test_a_subvolume_that_comes_with_its_mount_is_taken_as_it_is(bays: Bays) -> None:
    """Nobody could see it before; apply makes none beside it, and leaves what differs to the next plan."""
    studio = spec(play=SUBVOLUMES)
    assert not bays.nas.apply(studio, {TANK}).failed
    bays.nas.run("echo take >/srv/tank/in/takes/take.wav; btrfs property set /srv/tank/in/takes compression lzo")
    lose(bays)
    assert verbs(bays.nas.plan(studio))["btrfs-subvolume/takes"] == "create"
    found = bays.nas.apply(studio)
    assert done(found)["btrfs-subvolume/images"] == "done"
    assert bays.nas.run("cat /srv/tank/in/takes/take.wav") == "take\n"
    assert bays.nas.apply(studio).failed == []
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}


def test_no_subvolume_is_made_where_its_volume_is_not_mounted(bays: Bays) -> None:
    studio = spec(play=SUBVOLUMES)
    made(bays)
    applied = bays.nas.apply(studio, between="umount /srv/tank")
    assert "nothing is mounted at /srv/tank" in applied.results[TAKES].log
    assert bays.nas.run("ls -A /srv/tank") == ""
