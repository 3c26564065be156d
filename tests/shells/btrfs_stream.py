"""Streams of `btrfs send` made by hand, as a source that lies would send them."""

from __future__ import annotations

import struct
import uuid

SUBVOL, MKFILE, SYMLINK, RENAME, UNLINK, WRITE, CHMOD, END = 1, 3, 8, 9, 11, 15, 18, 21
UUID, TRANSID, INO, MODE, PATH, PATH_TO, PATH_LINK, OFFSET, DATA = 1, 2, 3, 5, 15, 16, 17, 18, 19


def _table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _table()


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = _CRC32C[(crc ^ byte) & 255] ^ crc >> 8
    return crc


def command(word: int, **attributes: bytes) -> bytes:
    """One command; attributes by the names above, in lower case."""
    payload = b"".join(
        struct.pack("<HH", globals()[name.upper()], len(value)) + value for name, value in attributes.items()
    )
    bare = struct.pack("<IHI", len(payload), word, 0) + payload
    return bare[:6] + struct.pack("<I", _crc(bare)) + bare[10:]


def stream(name: str, own: str, *commands: bytes) -> bytes:
    """A whole stream of a subvolume NAME with the id OWN and what these commands do to it."""
    begun = command(SUBVOL, path=name.encode(), uuid=uuid.UUID(own).bytes, transid=struct.pack("<Q", 7))
    return b"btrfs-stream\0" + struct.pack("<I", 1) + begun + b"".join(commands) + command(END)


def number(value: int) -> bytes:
    return struct.pack("<Q", value)
