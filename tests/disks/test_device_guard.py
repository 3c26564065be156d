"""The last look before a disk is overwritten, in every shell: one changed byte, one user, one doubt, and it refuses."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from studio_backup.probe import PREAMBLE
from studio_backup.resources.device import CONTENT, guard, names, stakes
from tests.disks.device_bench import MIB, Devices, Loop
from tests.disks.device_signatures import SIGNATURES
from tests.sandbox import SHELLS, Sandbox

BAY1, BAY2 = "id:ata-LAB_ST8000_BAY1", "serial:BAY2"


@pytest.fixture(scope="module")
def pair(devices: Devices) -> tuple[Loop, Loop]:
    return devices.loop(128 * MIB), devices.loop(128 * MIB)


@pytest.fixture
def bays(devices: Devices, pair: tuple[Loop, Loop]) -> tuple[Loop, Loop]:
    """Two empty disks by their names."""
    for loop in pair:
        loop.wipe()
    devices.link(ata_LAB_ST8000_BAY1=pair[0], ata_LAB_ST8000_BAY2=pair[1])
    return pair


def refused(devices: Devices, expected: Mapping[str, str], shell: Sequence[str] = ("dash",)) -> str:
    """What the guard says when it refuses; empty when it lets pass. It never says anything else."""
    done = devices.run(f"{guard(expected)}\nprintf 'go'", shell)
    if done.stdout == "go":
        assert (done.returncode, done.stderr) == (0, "")
        return ""
    assert done.returncode != 0
    assert done.stdout.count("\n") == 1, (done.stdout, done.stderr)
    assert "go" not in done.stdout.split()
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_exactly_what_the_plan_saw_passes(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    SIGNATURES["ext4"](bays[1])
    expected = {BAY1: devices.content(bays[0]), BAY2: devices.content(bays[1])}
    assert refused(devices, expected, shell) == ""


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_any_byte_that_changed_is_seen(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    chance = random.Random(str(shell))
    for made in ("ext4", ""):
        if made:
            SIGNATURES[made](bays[0])
        expected = {BAY1: devices.content(bays[0])}
        for offset in (0, MIB - 1, -MIB, -1, chance.randrange(MIB), -chance.randrange(1, MIB)):
            with Path(bays[0].device).open("rb") as file:
                file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
                before = file.read(1)
            bays[0].write(offset, bytes([before[0] ^ 0x10]))
            said = refused(devices, expected, shell)
            assert said.startswith(f"{BAY1} is not what the plan saw: expected "), offset
            bays[0].write(offset, before)
        assert refused(devices, expected, shell) == ""
        bays[0].wipe()


def test_it_says_what_was_expected_and_what_is_there(devices: Devices, bays: tuple[Loop, Loop]) -> None:
    expected = {BAY1: devices.content(bays[0])}
    SIGNATURES["ext4"](bays[0])
    assert refused(devices, expected) == (
        f"{BAY1} is not what the plan saw: expected blank, 134 MB, serial BAY1; "
        "now: ext4 'sessions' (5e55a1b2...), 134 MB, serial BAY1\n"
    )
    expected = {BAY1: devices.content(bays[0])}
    bays[0].write(4096, b"\1")
    assert refused(devices, expected).endswith(
        "serial BAY1; now: the same at first sight, but its bytes or ids have changed\n"
    )


def test_another_disk_in_the_bay_is_refused(devices: Devices, bays: tuple[Loop, Loop]) -> None:
    other = devices.loop(64 * MIB)
    for words in (devices.content(bays[0]), devices.content(bays[0]).replace("BAY1", "BAY9")):
        devices.link(ata_LAB_ST8000_BAY1=other if "BAY1" in words else bays[0])
        said = refused(devices, {BAY1: words})
        assert "expected blank, 134 MB" in said
        assert "now: blank" in said


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_no_device_or_two_or_the_same_twice(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    blank = devices.content(bays[0])
    assert "another one" in refused(devices, {BAY1: blank, "serial:BAY1": blank}, shell)
    devices.link(ata_LAB_ST8000_BAY1="/dev/nothing", ata_LAB_ST8000_BAY2=bays[0], usb_LAB_BAY2=bays[1])
    assert "it is not there" in refused(devices, {BAY1: blank}, shell)
    assert "several devices" in refused(devices, {BAY2: blank}, shell)
    assert "it is not there" in refused(devices, {"id:ata-OTHER": blank}, shell)
    assert "nothing can tell" in refused(devices, {"id:ata-LAB_ST8000_BAY1-part1": blank}, shell)
    assert "nothing can tell" in refused(devices, {"/dev/sda": blank}, shell)


def test_what_the_plan_did_not_read_is_never_overwritten(devices: Devices, bays: tuple[Loop, Loop]) -> None:
    del bays
    for content in ("in use: mounted /srv", "asleep: not read", "not read: no word of it", ""):
        assert refused(devices, {BAY1: content})


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_mounted_and_swap_are_in_use(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    for made, take, release, word in (
        (
            "ext4",
            f"mkdir -p '/srv/a b'; mount {bays[0].device} '/srv/a b'",
            "umount '/srv/a b'",
            "mounted /srv/a\\040b",
        ),
        ("swap", f"swapon {bays[0].device}", f"swapoff {bays[0].device}", "swap"),
        (
            "ext4",
            f"losetup --find {bays[0].device}",
            f"losetup -d $(losetup -n -O NAME -j {bays[0].device})",
            "held by loop",
        ),
    ):
        bays[0].wipe()
        SIGNATURES[made](bays[0])
        assert devices.sandbox.run(f"set -e\n{take}").returncode == 0
        try:
            # Even with a content that is right: a user is enough.
            said = refused(devices, {BAY1: devices.content(bays[0])}, shell)
        finally:
            assert devices.sandbox.run(release).returncode == 0
        assert f"now: in use: {word}" in said
        assert refused(devices, {BAY1: devices.content(bays[0])}, shell) == ""


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_every_disk_of_a_mounted_btrfs_is_in_use(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    words = ["mkfs.btrfs", "-q", "-f", "-d", "raid1", "-m", "raid1", *(loop.device for loop in bays)]
    subprocess.run(words, check=True, capture_output=True)
    devices.sandbox.run(f"mkdir -p /srv/pool; mount {bays[0].device} /srv/pool")
    try:
        for designator, loop in ((BAY1, bays[0]), (BAY2, bays[1])):
            said = refused(devices, {designator: devices.content(loop)}, shell)
            assert "btrfs " in said
            assert " mounted" in said
    finally:
        assert devices.sandbox.run("umount /srv/pool").returncode == 0
    assert refused(devices, {BAY2: devices.content(bays[1])}, shell) == ""


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_mounted_where_nobody_here_looks(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    """In a name space of its own, as a container has it."""
    SIGNATURES["ext4"](bays[0])
    with Sandbox() as elsewhere:
        assert elsewhere.run(f"mkdir -p /srv/x; mount {bays[0].device} /srv/x").returncode == 0
        assert "mounted elsewhere" in refused(devices, {BAY1: devices.content(bays[0])}, shell)


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_open_for_writing_by_a_program(shell: list[str], devices: Devices, bays: tuple[Loop, Loop]) -> None:
    """As a virtual machine has it whose disk it is: nothing of the kernel shows that."""
    expected = {BAY1: devices.content(bays[0])}
    for mode, there in ((os.O_RDWR, True), (os.O_WRONLY, True), (os.O_RDONLY, False)):
        opened = os.open(bays[0].device, mode)
        try:
            said = refused(devices, expected, shell)
        finally:
            os.close(opened)
        assert (f"now: in use: open for writing by process {os.getpid()} (" in said) is there


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_members_of_an_imported_pool(
    shell: list[str], devices: Devices, bays: tuple[Loop, Loop], tmp_path: Path
) -> None:
    """A daemon and a zpool that stand in for ZFS, whose module this kernel lacks; its words are those of OpenZFS."""
    status = (
        f"  pool: studio\n state: ONLINE\nconfig:\n\n\tNAME        STATE     READ WRITE CKSUM\n"
        f"\tstudio      ONLINE       0     0     0\n\t  mirror-0  ONLINE       0     0     0\n"
        f"\t    {bays[0].device}  ONLINE       0     0     0\n\t    /dev/sdz1  ONLINE       0     0     0\n"
    )
    (tmp_path / "status").write_text(status)
    (tmp_path / "zpool").write_text(f'#!/bin/sh\n[ "$1" = status ] && cat {tmp_path}/status\n')
    (tmp_path / "zfs-fuse").write_bytes(Path("/usr/bin/sleep").read_bytes())
    for name in ("zpool", "zfs-fuse"):
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"
    asked = f"device_users {bays[0].device}; echo; device_users {bays[1].device}"
    assert devices.ask(asked, shell, path).stdout == "\n"
    daemon = subprocess.Popen([tmp_path / "zfs-fuse", "60"])
    try:
        assert devices.ask(asked, shell, path).stdout == "zfs pool studio\n\n"
        (tmp_path / "zpool").unlink()
        assert devices.ask(asked, shell, path).returncode
    finally:
        daemon.kill()
        daemon.wait()


def surprised(count: int, seed: int, devices: Devices) -> None:
    """A disk that was blank when it was planned for, and is anything but blank when the step comes."""
    chance = random.Random(seed)
    small, large = devices.loop(), devices.loop(128 * MIB)
    devices.link(ata_LAB_SMALL=small, ata_LAB_LARGE=large)
    shells = {}
    for name, loop in (("SMALL", small), ("LARGE", large)):
        check = guard({f"id:ata-LAB_{name}": devices.content(loop)})
        script = f"""{PREAMBLE}
while read -r _; do
  ( set -eu; {check}
    printf gone | dd of={loop.device} conv=notrunc,fsync status=none; printf 'overwritten\\n' )
  printf '%s\\n' "exit $?"; device_content {loop.device}; printf 'end\\n'
done"""
        shells[name] = devices.sandbox.start(["dash", "-c", f"{CONTENT}\n{script}"])
    for number in range(count):
        made = chance.sample([*SIGNATURES, *["noise"] * 10], chance.randint(1, 3))
        name, loop = ("LARGE", large) if {"btrfs"} & {*made} else ("SMALL", small)
        loop.wipe()
        for one in made:
            if one == "noise":
                loop.write(chance.randrange(MIB), chance.randbytes(chance.randint(1, 99)) + b"\1")
            else:
                SIGNATURES[one](loop)
        subprocess.run(["blockdev", "--flushbufs", loop.device], check=True)
        before, shell = loop.image.read_bytes(), shells[name]
        assert shell.stdin
        assert shell.stdout
        shell.stdin.write(b"next\n")
        shell.stdin.flush()
        said = [line.decode().rstrip("\n") for line in iter(shell.stdout.readline, b"end\n")]
        at = said.index("exit 1")
        assert said[:at][0].startswith(f"id:ata-LAB_{name} is not what the plan saw: expected blank, "), (made, number)
        assert "overwritten" not in said
        content = "\n".join(said[at + 1 :])
        assert names("a/b/c", {"bay1": content}) == ("a/b/c", "a/b/c#bay1"), (made, number)
        assert stakes({"bay1": content})
        subprocess.run(["blockdev", "--flushbufs", loop.device], check=True)
        assert loop.image.read_bytes() == before, (made, number)
    for shell in shells.values():
        shell.communicate()


def test_what_comes_after_the_plan_is_never_overwritten(devices: Devices) -> None:
    surprised(15, 20261126, devices)


@pytest.mark.long
def test_a_thousand_times_what_comes_after_the_plan_is_never_overwritten(devices: Devices) -> None:
    surprised(1000, 11, devices)


def test_what_must_be_named_and_what_is_lost() -> None:
    blank, laden = (
        "size\t8000\nedges\tzero",
        "size\t8001563222016\nserial\tX\nsignature\text4\t0x438\t1-2\tmix\nedges\t1\t2",
    )
    contents = {"bay1": blank, "bay2": laden}
    assert names("nas/linux/md-array/tank", contents) == ("nas/linux/md-array/tank", "nas/linux/md-array/tank#bay2")
    assert stakes(contents) == ("bay2: ext4 'mix' (1-2), 8.0 TB, serial X",)
    assert names("a", {"bay1": blank}) == ("a",)
