"""Everything that a disk may hold which somebody would miss, as programs make it or as its makers define it."""

from __future__ import annotations

import struct
import subprocess
import uuid
import zlib
from collections.abc import Callable

from tests.disks.device_bench import MIB, Loop

_SECTOR = 512
_LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le
_BOOT_MARK = b"\x55\xaa"


def mbr(*kinds: int) -> bytes:
    """A boot sector with a partition of each kind; 0xee alone is the protective one of a GPT."""
    table = b"".join(struct.pack("<B3sB3sII", 0, b"\0\2\0", kind, b"\xff" * 3, 1 + 64 * n, 64)
                     for n, kind in enumerate(kinds))  # fmt: skip
    return b"\0" * 446 + table.ljust(64, b"\0") + _BOOT_MARK


def gpt_header(last: int, here: int, other: int, entries: int, table: bytes) -> bytes:
    """A GPT header with right check sums."""
    parts = [b"EFI PART", 0x00010000, 92, 0, 0, here, other, 34, last - 34, b"G" * 16, entries, 128, 128]
    raw = struct.pack("<8sIIIIQQQQ16sQIII", *parts, zlib.crc32(table))
    return raw[:16] + struct.pack("<I", zlib.crc32(raw)) + raw[20:]


def gpt(loop: Loop, protective: bytes = b"", primary: bool = True, backup: bool = True) -> None:
    """A GPT with one partition, or what is left of one."""
    last = loop.image.stat().st_size // _SECTOR - 1
    entry = _LINUX + b"P" * 16 + struct.pack("<QQQ", 2048, 4096, 0) + "sessions".encode("utf-16-le").ljust(72, b"\0")
    table = entry.ljust(128 * 128, b"\0")
    if protective:
        loop.write(0, protective)
    if primary:
        loop.write(_SECTOR, gpt_header(last, 1, last, 2, table))
        loop.write(2 * _SECTOR, table)
    if backup:
        loop.write((last - 32) * _SECTOR, table)
        loop.write(last * _SECTOR, gpt_header(last, last, 1, last - 32, table))


def made_by(*words: str) -> Callable[[Loop], None]:
    """What a program of this machine writes."""

    def make(loop: Loop) -> None:
        subprocess.run([*words, loop.device], check=True, capture_output=True)

    return make


def bytes_at(*places: tuple[int, bytes]) -> Callable[[Loop], None]:
    """Bytes by hand; a negative offset counts from the end."""

    def write(loop: Loop) -> None:
        for offset, data in places:
            loop.write(offset, data)

    return write


def md_old(loop: Loop) -> None:
    """md 0.90: in the last whole 64 KiB but one."""
    loop.write((loop.image.stat().st_size & ~0xFFFF) - 0x10000, struct.pack("<IIII", 0xA92B4EFC, 0, 90, 0))


def zfs_label(loop: Loop) -> None:
    """Twelve uberblocks in a label, as a member of a pool has them."""
    for number in range(128, 140):
        loop.write(number * 1024, struct.pack("<QQQ", 0x00BAB10C, 5000, 1000 + number))


UUID = "5e55a1b2-0000-4000-8000-000000000001"
_EXT4 = ("mkfs.ext4", "-q", "-F", "-U", UUID, "-L", "sessions")
#: By name; each is written on a disk of 8 MiB (btrfs on one of 128) that was all zero.
SIGNATURES: dict[str, Callable[[Loop], None]] = {
    "GPT": lambda loop: gpt(loop, mbr(0xEE)),
    "GPT, primary alone": lambda loop: gpt(loop, mbr(0xEE), backup=False),
    "GPT, backup alone": lambda loop: gpt(loop, primary=False),
    "GPT, backup and protective MBR": lambda loop: gpt(loop, mbr(0xEE), primary=False),
    "GPT with a hybrid MBR": lambda loop: gpt(loop, mbr(0xEE, 0x83, 0x07)),
    "MBR": bytes_at((0, mbr(0x83))),
    "protective MBR alone": bytes_at((0, mbr(0xEE))),
    "Apple partition map": bytes_at((0, b"ER\2\0"), (512, b"PM\0\0")),
    "ext4": made_by(*_EXT4),
    "btrfs": made_by("mkfs.btrfs", "-q", "-f", "-L", "archive"),
    "swap": made_by("mkswap"),
    "xfs": bytes_at((0, b"XFSB" + struct.pack(">IQ", 4096, 2048))),
    "NTFS": bytes_at((0, b"\xebR\x90NTFS    " + struct.pack("<HB", 512, 8)), (510, _BOOT_MARK)),
    "exFAT": bytes_at((0, b"\xebv\x90EXFAT   "), (510, _BOOT_MARK)),
    "FAT": bytes_at((0, b"\xeb<\x90mkfs.fat" + struct.pack("<HBHBHHBH", 512, 4, 4, 2, 512, 16384, 0xF8, 16)),
                    (54, b"FAT16   "), (510, _BOOT_MARK)),
    "APFS": bytes_at((32, b"NXSB")),
    "HFS+": bytes_at((1024, b"H+\0\4")),
    "HFS+, second header alone": bytes_at((-1024, b"H+\0\4")),
    "LUKS": bytes_at((0, b"LUKS\xba\xbe\0\2")),
    "LUKS, second header alone": bytes_at((16384, b"SKUL\xba\xbe\0\2")),
    "BitLocker": bytes_at((0, b"\xebX\x90-FVE-FS-")),
    "LVM": bytes_at((512, b"LABELONE" + struct.pack("<QII8s", 1, 0, 32, b"LVM2 001"))),
    "ZFS": zfs_label,
    "md 1.2": bytes_at((4096, struct.pack("<II", 0xA92B4EFC, 1))),
    "md 1.0": bytes_at((-8192, struct.pack("<II", 0xA92B4EFC, 1))),
    "md 0.90": md_old,
    "ISO 9660": bytes_at((32768, b"\1CD001\1\0")),
    "VMFS, beyond the first MiB": bytes_at((MIB, struct.pack("<I", 0xC001D00D))),
    "text at the start": bytes_at((0, b"keep me\n")),
    "text in the last sector": bytes_at((-512, b"keep me\n")),
    "one byte, first": bytes_at((0, b"\1")),
    "one byte, last": bytes_at((-1, b"\x80")),
    "one byte, last of the first MiB": bytes_at((MIB - 1, b"\1")),
    "one byte, first of the last MiB": bytes_at((-MIB, b"\1")),
}  # fmt: skip

#: What wipefs or blkid knows by name among them; the others are unknown data, and no less in the way.
KNOWN = {
    "GPT": "GPT partition table", "GPT, primary alone": "GPT partition table",
    "GPT, backup alone": "GPT partition table", "GPT, backup and protective MBR": "GPT partition table",
    "GPT with a hybrid MBR": "GPT partition table",
    "MBR": "MBR partition table", "ext4": "ext4 'sessions' (5e55a1b2...)", "btrfs": "btrfs 'archive'", "swap": "swap",
    "LVM": "LVM2_member", "ISO 9660": "iso9660", "VMFS, beyond the first MiB": "VMFS_volume_member",
    "LUKS": "crypto_LUKS",
}  # fmt: skip
