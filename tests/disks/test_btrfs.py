"""btrfs over several disks of a sandbox, from the spec alone: made, filled, mended, and its old legs kept out."""

from __future__ import annotations

import subprocess

import pytest

from studio_backup.compile import compile_studio
from studio_backup.resources.btrfs_listing import BTRFS
from studio_backup.resources.file import File
from tests.disks.btrfs_bays import (
    INVENTORY,
    MOUNT,
    PLAY,
    TANK,
    UUID,
    Bays,
    bring_back,
    filled,
    hashes,
    lose,
    made,
    spec,
)
from tests.disks.test_storage_apply import done, verbs
from tests.sandbox import SHELLS


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_from_blank_disks_in_one_apply_then_nothing(shell: str, bays: Bays) -> None:
    bays.nas.shell = SHELLS[shell]
    studio = spec()
    assert verbs(bays.nas.plan(studio))["btrfs-filesystem/tank"] == "create"
    applied = bays.nas.apply(studio, {TANK})
    assert [(result.reason, result.log) for result in applied.failed] == []
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}
    told = bays.nas.run("btrfs filesystem df /srv/tank; findmnt -no UUID,LABEL /srv/tank")
    assert "Data, RAID1" in told
    assert "Metadata, RAID1" in told
    assert told.split()[-2:] == [UUID, "tank"]
    assert bays.nas.apply(studio, {TANK}).results == {}


def test_every_shell_reads_the_same(bays: Bays) -> None:
    studio = made(bays)
    for shell in SHELLS.values():
        bays.nas.shell = shell
        assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}


def test_without_its_name_nothing_is_made(bays: Bays) -> None:
    before = bays.one.image.read_bytes()
    applied = bays.nas.apply(spec())
    assert applied.held[TANK] == (TANK,)
    assert done(applied) == {}
    assert bays.one.image.read_bytes() == before


def test_what_is_on_a_member_is_named_and_what_comes_later_is_refused(bays: Bays) -> None:
    bays.nas.run(f"mkfs.ext4 -q -L sessions {bays.two.device}")
    assert bays.nas.apply(spec(), {TANK}).held[TANK] == (f"{TANK}#bay2",)
    applied = bays.nas.apply(spec(), {TANK, f"{TANK}#bay2"}, f"mkfs.ext4 -q -L takes {bays.one.device}")
    assert "now: ext4 'takes' (" in applied.results[TANK].log
    assert bays.nas.run(f"blkid -p -o value -s LABEL {bays.two.device}") == "sessions\n"


@pytest.mark.trap(4)
def test_a_lost_disk_is_told_mounted_degraded_replaced_and_its_old_leg_never_mounted(bays: Bays) -> None:
    studio = made(bays)
    there = hashes(bays)
    lose(bays, bays.two)
    bays.link(ata_one=bays.one)

    # Not mounted without being asked; seen as what it is.
    assert bays.fields(studio) == {"state": "degraded, not mounted", "faults": "bay2 is missing"}
    assert not bays.nas.apply(studio).results[MOUNT].done
    bays.nas.run(f"mount -o degraded {bays.one.device} /srv/tank")
    assert bays.fields(studio) == {"state": "degraded, mounted so", "faults": "bay2 is missing"}
    bays.nas.run("umount /srv/tank")

    # Another disk, with somebody's data, stands in the bay: its name is asked for.
    bays.nas.run(f"mkfs.ext4 -q -L takes-1998 {bays.three.device}")
    bays.link(ata_one=bays.one, ata_three=bays.three)
    mended = spec(INVENTORY.replace("ata-two", "ata-three"))
    assert bays.nas.apply(mended).held[TANK] == (f"{TANK}#bay2",)
    assert bays.nas.run(f"blkid -p -o value -s LABEL {bays.three.device}") == "takes-1998\n"
    applied = bays.nas.apply(mended, {f"{TANK}#bay2"})
    assert [(result.reason, result.log) for result in applied.failed] == []
    filled(bays)
    bays.nas.apply(mended)  # what was written while one was missing has one copy, until it is written again
    filled(bays)
    assert set(verbs(bays.nas.plan(mended)).values()) == {"ok"}
    assert hashes(bays) == there

    # The old disk comes back. Told while mounted; kept out once nothing is.
    bring_back(bays)
    bays.link(ata_one=bays.one, ata_three=bays.three, ata_old=bays.two)
    assert bays.fields(mended) == {"old_legs": "ata-old"}
    lose(bays)
    assert bays.fields(mended) == {"old_legs": "ata-old"}
    applied = bays.nas.apply(mended)
    assert applied.held[TANK] == (f"{TANK}#ata-old",)
    assert done(applied) == {}
    assert "/srv/tank" not in bays.nas.run("cat /proc/self/mountinfo")
    old = bays.two.image.read_bytes()
    applied = bays.nas.apply(mended, {f"{TANK}#ata-old"}, f"printf x | dd of={bays.two.device} bs=1 conv=notrunc")
    assert "the same at first sight" in applied.results[TANK].log
    bays.two.write(0, old[:1])

    applied = bays.nas.apply(mended, {f"{TANK}#ata-old"})
    assert [(result.reason, result.log) for result in applied.failed] == []
    assert set(verbs(bays.nas.plan(mended)).values()) == {"ok"}
    assert hashes(bays) == there


@pytest.mark.trap(4)
def test_an_old_leg_that_comes_after_the_plan_is_not_mounted(bays: Bays) -> None:
    studio = made(bays)
    lose(bays)
    clone = f"dd if={bays.two.device} of={bays.three.device} bs=1M 2>/dev/null"
    applied = bays.nas.apply(studio, between=clone)
    assert "are the same leg of it: one of them was replaced" in applied.results[MOUNT].log
    assert "/srv/tank" not in bays.nas.run("cat /proc/self/mountinfo")

    # Nothing tells which of two equal ones is right: nothing is offered.
    bays.link(ata_one=bays.one, ata_two=bays.two, ata_three=bays.three)
    change = bays.state(studio)
    assert (change.verb, change.reason) == ("conflict", "old_legs cannot be changed in place")


def test_a_disk_that_was_away_is_told_and_filled_anew_by_its_name(bays: Bays) -> None:
    studio = made(bays)
    lose(bays, bays.two)
    bays.nas.run(f"mount -o degraded {bays.one.device} /srv/tank; echo more >/srv/tank/take-4.wav; sync")
    bays.nas.run("echo more >/srv/tank/take-5.wav; sync; umount /srv/tank")
    there_only = "take-5.wav"
    lose(bays)
    bring_back(bays)
    found = bays.fields(studio)
    assert found["faults"] is not None
    assert "bay2 came back and was left behind at commit " in found["faults"]
    applied = bays.nas.apply(studio)
    assert applied.held[TANK] == (f"{TANK}#bay2",)
    assert "/srv/tank" not in bays.nas.run("cat /proc/self/mountinfo")
    applied = bays.nas.apply(studio, {f"{TANK}#bay2"})
    assert [(result.reason, result.log) for result in applied.failed] == []
    filled(bays)
    bays.nas.apply(studio)
    filled(bays)
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}
    assert there_only in bays.nas.run("ls /srv/tank")


def test_a_scrub_of_ours_mends_corrupted_blocks_and_drift_says_so(bays: Bays) -> None:
    play = PLAY.replace("{label: tank}", "{label: tank, scrub: weekly}")
    wanted = compile_studio(spec(play=play)).resources
    program = wanted["nas/linux/file//etc/studio-backup/northlight/scrub-tank"]
    assert isinstance(program, File)
    studio = made(bays)
    there = hashes(bays)
    reading = bays.nas.devices.sandbox.argv(["head", "-c", "4096", "/srv/tank/take-2.wav"])
    take = subprocess.run(reading, capture_output=True, check=True).stdout
    lose(bays)
    bays.two.write(bays.two.image.read_bytes().index(take), b"\xff" * 65536)
    assert not bays.nas.apply(studio).failed
    bays.nas.run(str(program.text).partition("\n")[2])
    errors = bays.fields(studio)
    assert errors["scrub"] is not None
    assert errors["scrub"].endswith("errors corrected")
    assert errors["errors"] is not None
    assert errors["errors"].startswith("bay2: ")
    assert hashes(bays) == there
    bays.nas.run("btrfs device stats -z /srv/tank")
    bays.nas.run(str(program.text).partition("\n")[2])
    assert set(verbs(bays.nas.plan(studio)).values()) == {"ok"}


def test_a_scrub_that_somebody_began_is_busy_and_no_failure(bays: Bays) -> None:
    play = PLAY.replace("{label: tank}", "{label: tank, scrub: weekly}")
    program = compile_studio(spec(play=play)).resources["nas/linux/file//etc/studio-backup/northlight/scrub-tank"]
    assert isinstance(program, File)
    made(bays)
    bays.nas.run(f"for at in /sys/fs/btrfs/{UUID}/devinfo/*; do echo 1048576 >$at/scrub_speed_max; done")
    bays.nas.run("btrfs scrub start /srv/tank >/dev/null 2>&1")
    assert bays.nas.run(str(program.text).partition("\n")[2]) == "busy: scrub\n"
    bays.nas.run("btrfs scrub cancel /srv/tank")


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_a_superblock_that_cannot_be_read_is_not_nothing(bays: Bays, shell: str) -> None:
    """An old leg that nobody could read would be mounted."""
    made(bays)
    lose(bays)

    def read(tool: str = "") -> str:
        asked = f"{BTRFS}\n{tool}\ncode=0; read_btrfs {bays.two.device} {UUID} || code=$?; echo $code $super_devid"
        return bays.nas.devices.sandbox.run(asked, SHELLS[shell]).stdout.strip()

    assert read() == "0 2"
    assert read("btrfs() { return 1; }") == "2"
    assert read("btrfs() { echo 'magic  _BHRfS_M [match]'; }") == "2"
    bays.nas.run(f"wipefs -a -q {bays.two.device}")
    assert read() == "1", "its id stays behind, but what makes it a leg is gone"
