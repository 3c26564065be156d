"""A Mac as far as a share can tell: logs in over SMB, asks for Apple's extensions, writes bands of a sparse bundle."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import smbclient
from smbprotocol.connection import Connection
from smbprotocol.create_contexts import SMB2CreateContextRequest
from smbprotocol.file_info import FileAttributes
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from tests.lab.smb_login import Login

BAND = 1024 * 1024
BUNDLE = "ws-a.sparsebundle"
INFO = f"""<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>band-size</key>
	<integer>{BAND}</integer>
</dict>
</plist>
"""


@dataclass(frozen=True)
class Extensions:
    """What the server says of itself, as Apple's create context tells it."""

    time_machine: bool  # it flushes whole files when it is asked to, which Time Machine wants
    model: str


@dataclass
class Mac(Login):
    """What a Mac does there."""

    def names(self) -> set[str]:
        """What lies on the share."""
        with self.logged_in():
            return set(smbclient.listdir(self.path("")))

    def free(self) -> int:
        """Bytes that the share says to have left."""
        with self.logged_in():
            return int(smbclient.stat_volume(self.path("")).caller_available_size)

    def write_bands(self, numbers: range) -> None:
        """Bands of a sparse bundle, as Time Machine names them."""
        with self.logged_in():
            smbclient.makedirs(self.path(f"{BUNDLE}/bands"), exist_ok=True)
            with smbclient.open_file(self.path(f"{BUNDLE}/Info.plist"), mode="w") as file:
                file.write(INFO)
            for number in numbers:
                with smbclient.open_file(self.path(f"{BUNDLE}/bands/{number:x}"), mode="wb") as file:
                    file.write(bytes([number % 251]) * BAND)

    def extensions(self) -> Extensions | None:
        """Open the share as a Mac does, and ask what its volume can do and what the server is (request 1, bits 6)."""
        connection = Connection(uuid.uuid4(), self.address, 445)
        connection.connect(timeout=20)
        try:
            session = Session(connection, self.user, self.password, require_encryption=False)
            session.connect()
            tree = TreeConnect(session, self.path(""))
            tree.connect()
            return _asked(Open(tree, ""))
        finally:
            connection.disconnect(close=True)


def _asked(root: Open) -> Extensions | None:
    question = SMB2CreateContextRequest()
    question["buffer_name"] = b"AAPL"
    question["buffer_data"] = struct.pack("<IIQQ", 1, 0, 6, 7)
    answers = root.create(
        ImpersonationLevel.Impersonation,
        DirectoryAccessMask.FILE_LIST_DIRECTORY | DirectoryAccessMask.FILE_READ_ATTRIBUTES,
        FileAttributes.FILE_ATTRIBUTE_DIRECTORY,
        ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE,
        CreateDisposition.FILE_OPEN,
        CreateOptions.FILE_DIRECTORY_FILE,
        create_contexts=[question],
    )
    data = next((raw for name, raw in _contexts(answers) if name == b"AAPL"), None)
    root.close()
    if data is None:
        return None
    _, _, bits, volume = struct.unpack_from("<IIQQ", data)
    assert bits == 6
    (length,) = struct.unpack_from("<I", data, 28)
    return Extensions(bool(volume & 4), data[32 : 32 + length].decode("utf-16-le"))


def _contexts(answers: object) -> Iterator[tuple[bytes, bytes]]:
    items = answers.items() if isinstance(answers, dict) else [(b"AAPL", one) for one in (answers or [])]  # type: ignore[attr-defined]
    for name, value in items:
        yield name, value if isinstance(value, bytes) else value.pack()
