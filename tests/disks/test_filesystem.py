"""File systems made for real on disks of a sandbox: by UUID, over nothing that was not named, killed and made again."""

from __future__ import annotations

import dataclasses
import os
import random
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from studio_backup.diff import Absent, Present, Unread
from studio_backup.probe import Reply
from studio_backup.resources.device import is_blank, told
from studio_backup.resources.filesystem import Filesystem
from studio_backup.script import REFUSED
from studio_backup.source import Place
from studio_backup.step import Risk
from tests.disks.device_bench import MIB, Devices, Loop
from tests.disks.device_signatures import SIGNATURES, gpt, mbr
from tests.disks.storage_bench import carry_out, look, wave
from tests.sandbox import SHELLS

TYPES = {"ext4": 32, "btrfs": 128, "xfs": 320}
WANT = Filesystem(
    system="nas/linux", name="tank", place=Place("p.yml", 1, 1), type="ext4", uuid="", label="tank",
    on="bay1", devices=("id:ata-one",), smart="no", carrier="id:ata-one",
)  # fmt: skip
_NUMBERS = random.Random(7)


@pytest.fixture(scope="module")
def disks(devices: Devices) -> dict[str, Loop]:
    """One as small as each kind can do with."""
    return {kind: devices.loop(size * MIB) for kind, size in TYPES.items()}


@pytest.fixture
def disk(request: pytest.FixtureRequest, devices: Devices, disks: dict[str, Loop]) -> Loop:
    """A blank disk for the kind that the test is about."""
    devices.sandbox.run("mkdir -p /srv/tank; umount /srv/tank 2>/dev/null")
    kind = request.node.callspec.params.get("kind", "ext4") if hasattr(request.node, "callspec") else "ext4"
    devices.link(ata_one=disks[kind])
    disks[kind].wipe()
    return disks[kind]


def wanted(devices: Devices, disk: Loop, kind: str = "ext4") -> Filesystem:
    """A file system to be made on what is there now; a UUID of its own, since btrfs refuses one that it has seen."""
    uuid = f"7a4b0001-0000-4000-8000-{_NUMBERS.randrange(16**12):012x}"
    return dataclasses.replace(WANT, type=kind, uuid=uuid, found=devices.content(disk))


def mount(devices: Devices, disk: Loop, options: str = "rw") -> None:
    done = devices.sandbox.run(f"mkdir -p /srv/tank && mount -o {options} {disk.device} /srv/tank")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", TYPES)
def test_it_is_made_as_wanted_and_can_be_mounted(kind: str, devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk, kind)
    assert look(devices, want) == Absent()
    (step,) = want.create()
    assert (step.risk, step.names, step.stakes) == (Risk.DESTROYS, (want.address,), ())
    assert carry_out(devices, want.address, (step,)).exit == 0
    assert look(devices, want) == Present(want)
    mount(devices, disk)
    assert look(devices, want) == Present(want)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_makes_and_labels_one(shell: str, devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk)
    assert carry_out(devices, want.address, want.create(), SHELLS[shell]).exit == 0
    assert look(devices, want, SHELLS[shell]) == Present(want)
    other = dataclasses.replace(want, label="other")
    assert carry_out(devices, want.address, other.update(want, frozenset({"label"})), SHELLS[shell]).exit == 0
    assert look(devices, want, SHELLS[shell]) == Present(other)


@pytest.mark.parametrize("mounted", [False, True], ids=["free", "mounted"])
@pytest.mark.parametrize("kind", TYPES)
def test_a_label_is_changed_and_nothing_else(kind: str, mounted: bool, devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk, kind)
    carry_out(devices, want.address, want.create())
    if mounted:
        mount(devices, disk)
        devices.sandbox.run("echo take >/srv/tank/take.wav")
    other = dataclasses.replace(want, label="other-1")
    assert other.hindrance() is None
    steps = other.update(want, frozenset({"label"}))
    assert [step.risk for step in steps] == [Risk.SAFE]
    assert carry_out(devices, want.address, steps).exit == 0
    assert look(devices, want) == Present(other)
    if mounted:
        assert devices.sandbox.read("/srv/tank/take.wav") == "take\n"


GROWN = {
    "ext4": "umount /srv/tank && e2fsck -fy {0} && resize2fs {0} && mount {0} /srv/tank",
    "xfs": "xfs_growfs /srv/tank",
    "btrfs": "btrfs filesystem resize max /srv/tank",
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_device_that_grew_is_told_until_the_file_system_does(kind: str, devices: Devices) -> None:
    """As an array with one more disk; no tool that is missing or silent makes it none."""
    size = max(TYPES[kind], 256) * MIB  # a smaller btrfs is not grown
    disk = devices.loop(size)
    devices.sandbox.run("mkdir -p /srv/tank; umount /srv/tank 2>/dev/null")
    devices.link(ata_one=disk)
    want = wanted(devices, disk, kind)
    carry_out(devices, want.address, want.create())
    mount(devices, disk)
    assert look(devices, want) == Present(want)
    os.truncate(disk.image, size + 64 * MIB)
    subprocess.run(["losetup", "--set-capacity", disk.device], check=True)
    larger = dataclasses.replace(want, unused="67 MB: it can be grown")
    for shell in SHELLS.values():
        assert look(devices, want, shell) == Present(larger), shell
    probe = want.probe()
    mute = "".join(f"{tool}() {{ return 1; }}\n" for tool in ("od", "xfs_info", "btrfs"))
    done = devices.run(f"{mute}set -- {shlex.join(probe.args)}\n{probe.script}")
    seen = want.parse(Reply(done.returncode, done.stdout, done.stderr))
    assert seen is not None
    assert seen.unused == "not known"
    done = devices.sandbox.run(GROWN[kind].format(disk.device))
    assert done.returncode == 0, done.stderr
    assert look(devices, want) == Present(want)
    devices.sandbox.run("umount /srv/tank")


def test_a_label_is_not_given_to_another_file_system(devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk)
    carry_out(devices, want.address, want.create())
    another = dataclasses.replace(want, uuid=want.uuid[:-1] + ("0" if want.uuid[-1] != "0" else "1"), label="other")
    assert carry_out(devices, want.address, another.update(want, frozenset({"label"}))).exit == REFUSED
    assert look(devices, want) == Present(want)


def refused(devices: Devices, disk: Loop, want: Filesystem) -> str:
    """What the guard says; nothing on the disk is another byte than before."""
    before = disk.image.read_bytes()
    ended = carry_out(devices, want.address, want.create())
    assert ended.exit == REFUSED
    assert disk.image.read_bytes() == before
    return ended.log


@pytest.mark.trap(1)
@pytest.mark.parametrize("kind", TYPES)
def test_what_came_after_the_plan_is_not_overwritten(kind: str, devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk, kind)
    subprocess.run(["mkfs.ext4", "-q", "-L", "sessions", disk.device], check=True)
    assert "now: ext4 'sessions' (" in refused(devices, disk, want)


def test_one_changed_byte_is_enough_to_refuse(devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk)
    disk.write(-1, b"x")
    assert "now: unknown data, 34 MB" in refused(devices, disk, want)


def test_nothing_known_and_nothing_free_is_refused(devices: Devices, disk: Loop) -> None:
    want = wanted(devices, disk)
    assert refused(devices, disk, dataclasses.replace(want, found=""))
    asleep = dataclasses.replace(want, found="asleep: not read")
    assert asleep.hindrance() == ("bay1 is asleep: not read", "wake it by reading from it, then plan again")
    assert refused(devices, disk, asleep)


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_on_a_device_without_a_size_nothing_is_proven_absent(shell: list[str], devices: Devices, disk: Loop) -> None:
    """As an array is whose disks lie there and which nobody started: it was planned to be made anew, once."""
    want = wanted(devices, disk)
    assert look(devices, want, shell) == Absent()
    free = next(path for path in Path("/sys/class/block").glob("loop*") if (path / "size").read_text() == "0\n")
    devices.link(ata_one=f"/dev/{free.name}")
    seen = look(devices, want, shell)
    assert isinstance(seen, Unread)
    assert "it has no size now" in seen.reason


def test_what_is_mounted_is_never_a_thing_to_be_made(devices: Devices, disk: Loop) -> None:
    theirs = wanted(devices, disk)
    carry_out(devices, theirs.address, theirs.create())
    want = wanted(devices, disk)
    assert look(devices, want) == Absent()
    mount(devices, disk)
    seen = look(devices, want)
    assert isinstance(seen, Present)
    assert isinstance(seen.value, Filesystem)
    assert (seen.value.type, seen.value.uuid) == ("ext4 in use: mounted /srv/tank", theirs.uuid)
    assert "in use: mounted /srv/tank" in refused(devices, disk, want)


@pytest.mark.trap(1)
@pytest.mark.parametrize("kind", TYPES)
def test_what_was_named_is_overwritten_whole(kind: str, devices: Devices, disk: Loop) -> None:
    """What mkfs does not write over would show beside it, on a disk that knows no discard."""
    gpt(disk, mbr(0xEE))
    for name in ("ZFS", "ISO 9660", "VMFS, beyond the first MiB"):
        SIGNATURES[name](disk)
    want = wanted(devices, disk, kind)
    (step,) = want.create()
    discard = Path(f"/sys/class/block/{disk.device[5:]}/queue/discard_max_bytes")
    before = discard.read_text()
    discard.write_text("0")
    assert step.names == (want.address, f"{want.address}#bay1")
    assert step.stakes == (f"bay1: {told(str(want.found))}",)
    assert "GPT partition table" in step.stakes[0]
    try:
        assert carry_out(devices, want.address, (step,)).exit == 0
    finally:
        with suppress(OSError):  # not every kernel takes it back; the next file on this loop device sets it anew
            discard.write_text(before)
    assert look(devices, want) == Present(want)
    signatures = [line.split("\t")[1] for line in devices.content(disk).split("\n") if line.startswith("signature\t")]
    assert signatures == [kind]


@pytest.mark.parametrize("kind", TYPES)
def test_killed_at_any_moment_it_is_whole_or_seen_as_what_it_is(kind: str, devices: Devices, disk: Loop) -> None:
    """Never half of ours taken for the whole; never what is left of it called blank; made again, it is whole."""
    chance = random.Random(kind)
    for _ in range(4):
        disk.wipe()
        want = wanted(devices, disk, kind)
        script, _task = wave(want.address, want.create())
        started = devices.sandbox.start(["dash", "-s"])
        assert started.stdin is not None
        started.stdin.write(script.encode())
        started.stdin.close()
        time.sleep(chance.uniform(0.15, 0.6))
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        seen = look(devices, want)
        if isinstance(seen, Absent):
            left = devices.content(disk)
            again = dataclasses.replace(want, found=left)
            (step,) = again.create()
            assert step.names[1:] == (() if is_blank(left) else (f"{want.address}#bay1",))
            assert carry_out(devices, want.address, (step,)).exit == 0
            seen = look(devices, want)
        assert seen == Present(want)
        mount(devices, disk)
        devices.sandbox.run("umount /srv/tank")


def test_an_xfs_whose_making_was_cut_short_is_none(devices: Devices, disks: dict[str, Loop]) -> None:
    """Its superblock is written first, with our UUID in it; mounting such a one fails."""
    disk = disks["xfs"]
    devices.link(ata_one=disk)
    disk.wipe()
    want = wanted(devices, disk, "xfs")
    carry_out(devices, want.address, want.create())
    assert look(devices, want) == Present(want)
    disk.write(126, b"\1")
    assert look(devices, want) == Absent()
    again = dataclasses.replace(want, found=devices.content(disk))
    (step,) = again.create()
    assert step.names == (want.address, f"{want.address}#bay1")
    assert step.stakes[0].startswith(f"bay1: xfs 'tank' ({want.uuid[:8]}...), ")
    assert carry_out(devices, want.address, (step,)).exit == 0
    assert look(devices, want) == Present(want)
