"""What is on a disk, in every shell: whatever somebody could miss is never called blank, nor is what cannot be read."""

from __future__ import annotations

import random
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from studio_backup.probe import PREAMBLE
from studio_backup.programs import shipped
from studio_backup.resources.device import CONTENT, is_blank, told
from tests.disks.device_bench import MIB, Devices, Loop
from tests.disks.device_signatures import KNOWN, SIGNATURES
from tests.sandbox import SHELLS, Sandbox

TOOLS = ("wipefs", "blkid", "dd", "cksum", "tr", "wc", "awk", "sort")


@pytest.fixture(scope="module")
def small(devices: Devices) -> Loop:
    return devices.loop()


@pytest.fixture(scope="module")
def large(devices: Devices) -> Loop:
    return devices.loop(128 * MIB)


@pytest.fixture
def disk(small: Loop) -> Loop:
    small.wipe()
    return small


@pytest.mark.trap(2)
@pytest.mark.parametrize("name", SIGNATURES)
def test_no_signature_is_ever_called_blank(name: str, devices: Devices, small: Loop, large: Loop) -> None:
    loop = large if name == "btrfs" else small
    loop.wipe()
    assert is_blank(devices.content(loop))
    SIGNATURES[name](loop)
    said = {shell: devices.content(loop, SHELLS[shell]) for shell in SHELLS}
    assert len(set(said.values())) == 1, said
    assert not is_blank(said["dash"])
    assert told(said["dash"]).startswith(KNOWN.get(name, ""))
    assert not told(said["dash"]).startswith("blank")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("size", [2 * MIB, 8 * MIB, 8 * MIB + 512, 40 * MIB + 1536, 512 * 1024])
def test_what_is_all_zero_is_blank(shell: str, size: int, devices: Devices) -> None:
    loop = devices.loop(size)
    assert devices.content(loop, SHELLS[shell]) == f"size\t{size}\nedges\tzero"
    loop.write(-1, b"\1")
    assert not is_blank(devices.content(loop, SHELLS[shell]))


def test_sizes_beyond_32_bits(devices: Devices) -> None:
    loop = devices.loop(9 << 40)
    for shell in SHELLS.values():
        loop.write(-1, b"\0")
        assert devices.content(loop, shell) == f"size\t{9 << 40}\nedges\tzero"
        loop.write(-1, b"\1")
        assert told(devices.content(loop, shell)) == "unknown data, 9.9 TB"


@pytest.mark.parametrize("tool", TOOLS)
def test_without_a_program_nothing_is_known(tool: str, devices: Devices, disk: Loop, tmp_path: Path) -> None:
    """Missing, failing, or silent: on an empty disk it is a failure, on another it is at least no blank one."""
    for name in (*TOOLS, "sed", "readlink", "grep", "ls"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    assert devices.ask(f"device_content {disk.device}", path=str(tmp_path)).stdout.endswith("edges\tzero\n")
    (tmp_path / tool).unlink()
    halved = f'#!/bin/sh\n{shutil.which("dd")} "$@" | /usr/bin/head -c 500000\n'
    for stand_in in (None, "#!/bin/sh\nexit 1\n", "#!/bin/sh\nexit 127\n", *([halved] if tool == "dd" else [])):
        if stand_in:
            (tmp_path / tool).write_text(stand_in)
            (tmp_path / tool).chmod(0o755)
        done = devices.ask(f"device_content {disk.device}", path=str(tmp_path))
        # Without a line to sort, nothing is sorted.
        assert done.returncode or tool == "sort", (tool, stand_in, done.stdout)
        SIGNATURES["ext4"](disk)
        done = devices.ask(f"device_content {disk.device}", path=str(tmp_path))
        assert done.returncode, (tool, stand_in, done.stdout)
        disk.wipe()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_short_read_is_a_failure(shell: str, devices: Devices) -> None:
    loop = devices.loop()
    with loop.image.open("r+b") as file:
        file.truncate(7 * MIB + 4096)
    done = devices.ask(f"device_content {loop.device}", SHELLS[shell])
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "cannot be read" in done.stderr


def test_a_device_that_is_none_or_has_no_size(devices: Devices, disk: Loop) -> None:
    # Makes one where all that there are have something.
    free = subprocess.run(["losetup", "--find"], check=True, capture_output=True, text=True).stdout.strip()
    for device in (free, "/dev/null", "/dev/nothing", str(disk.image)):
        done = devices.ask(f"device_content {device}")
        assert (done.returncode != 0, done.stdout) == (True, ""), device


def test_reading_writes_nothing(devices: Devices, disk: Loop) -> None:
    SIGNATURES["ext4"](disk)
    written = Path(f"/sys/class/block/{disk.device[5:]}/stat")
    subprocess.run(["blockdev", "--flushbufs", disk.device], check=True)
    before = written.read_text().split()[4:7], disk.image.read_bytes()
    devices.content(disk)
    devices.ask(f"device_users {disk.device}")
    subprocess.run(["blockdev", "--flushbufs", disk.device], check=True)
    assert (written.read_text().split()[4:7], disk.image.read_bytes()) == before


def scribble(chance: random.Random, loop: Loop) -> None:
    """Something random that is not nothing: signatures' bytes anywhere near where they belong, and plain noise."""
    magic = [b"EFI PART", b"\x55\xaa", b"XFSB", b"NTFS    ", b"NXSB", b"_BHRfS_M", b"\x53\xef", b"LABELONE", b"CD001",
             b"LUKS\xba\xbe", b"SWAPSPACE2", b"\xfc\x4e\x2b\xa9", b"\x0c\xb1\xba\0\0\0\0\0", b"keep me"]  # fmt: skip
    for _ in range(chance.randint(1, 4)):
        near = chance.choice([0, 3, 32, 0x1FE, 0x200, 0x218, 0x438, 0x1000, 0x8001, 0xFF6, 0x10040, 0x20000])
        offset = chance.choice([near, chance.randrange(MIB - 64), -chance.randrange(64, MIB)])
        loop.write(offset, chance.choice([*magic, chance.randbytes(chance.randint(1, 64)) + b"\1"]))


def scribbled(count: int, seed: int, loop: Loop, sandbox: Sandbox) -> None:
    """One shell that is asked again and again, as often as the disk changes; told and content agree with the shell."""
    chance = random.Random(seed)
    endless = f"""{PREAMBLE}\n{CONTENT}\n{shipped("expected.sh")}
while read -r _; do now=$(device_content {loop.device}) && tell_content "$now" && printf '%s\\nend\\n' "$now"; done"""
    shell = sandbox.start(["dash", "-c", endless])
    assert shell.stdin
    assert shell.stdout
    for number in range(count):
        loop.wipe()
        scribble(chance, loop)
        shell.stdin.write(b"next\n")
        shell.stdin.flush()
        words, *lines = (line.decode().rstrip("\n") for line in iter(shell.stdout.readline, b"end\n"))
        content = "\n".join(lines)
        assert not is_blank(content), (seed, number)
        assert (words, words.startswith("blank")) == (told(content), False)
    shell.communicate()


def test_random_remains_are_never_called_blank(devices: Devices, small: Loop) -> None:
    scribbled(150, 20261122, small, devices.sandbox)


@pytest.mark.long
def test_a_thousand_random_remains_are_never_called_blank(devices: Devices, small: Loop) -> None:
    scribbled(1000, 7, small, devices.sandbox)


@pytest.mark.parametrize("shell", SHELLS)
def test_words_of_the_machine_are_those_of_the_plan(shell: str, devices: Devices) -> None:
    for content in (
        "size\t8001563222016\nserial\tZR5 A1\nedges\tzero",
        "size\t419430400\npartition\t1\t2048\t4096\nedges\tzero",
        "size\t419430400\npartition\t1\t8\t9\ninside\t1\tvfat\t1A-2B\tEFI\npartition\t2\t17\t9\n"
        "inside\t2\text4\t5e55a1b2-0000\tMix\\x20Down\ninside\t3\tvfat\t1A-2B\tEFI\nsignature\tgpt\t0x200\t\t\nedges\t1\t2",
        "size\t1000\npartition\t1\t2\t3\npartition\t2\t5\t3\nsignature\tgpt\t0x200\t\t\nsignature\tPMBR\t0x1fe\t\t\n"
        "edges\t1\t2",
        "size\t1000204886016\nsignature\text4\t0x438\t5e55a1b2-0000\tMix\\x20Down\nedges\t1\t2\n"
        "mounted-last\t/srv/sessions",
        "size\t9999999\nsignature\tvfat\t0x36\t1A2B-3C4D\tIT'S\nsignature\tlinux_raid_member\t0x1000\ta:b\tnas:x\n"
        "edges\t1\t2",
    ):
        script = f"{CONTENT}\n{shipped('expected.sh')}\ntell_content {shlex.quote(content)}"
        assert devices.run(script, SHELLS[shell]).stdout == told(content) + "\n"
