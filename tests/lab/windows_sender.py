"""Windows as far as a landing can tell: logs in at its share over SMB, keeps to the protocol, or does not."""

from __future__ import annotations

import ntpath
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import smbclient
from smbclient import path as smbpath
from smbclient._io import SMBFileIO, SMBFileTransaction, set_info
from smbprotocol.connection import Connection
from smbprotocol.file_info import FileAttributes, FileBasicInformation
from smbprotocol.open import CreateDisposition, FilePipePrinterAccessMask, ImpersonationLevel, Open, ShareAccess
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from tests.lab.smb_login import Login


@dataclass
class WindowsSender(Login):
    """What keeps to the records, or does not."""

    number: int = 0
    moved: list[str] = field(default_factory=list)

    def run_name(self) -> str:
        """A name for the next run, as the job chooses one."""
        self.number += 1
        return f"20261127T010203Z-AB12{self.number:04X}"

    def put(self, name: str, text: str) -> None:
        """A record: written aside, then moved into the place of the one before, as the job does it."""
        new, final = self.path(f"records/{name}.new"), self.path(f"records/{name}")
        with smbclient.open_file(new, mode="w") as file:
            file.write(text)
        if smbpath.exists(final):
            smbclient.remove(final)
        smbclient.rename(new, final)

    def taken(self) -> bool:
        """Is somebody else at the landing?"""
        return bool(smbpath.exists(self.path("records/taken")))

    def begin(self) -> str:
        """The run's name; empty where the landing is taken."""
        run = self.run_name()
        if self.taken():
            return ""
        self.put("begun", run)
        if self.taken():
            smbclient.remove(self.path("records/begun"))
            return ""
        self.put("alive", run)
        return run

    def files(self) -> dict[str, tuple[int, float]]:
        """What lies there, as the share shows it: size and time of writing in seconds, by name."""
        found = {}
        root = self.path("files")
        for folder, _, names in smbclient.walk(root):
            for name in names:
                seen = smbclient.stat(ntpath.join(folder, name))
                below = ntpath.join(folder, name)[len(root) + 1 :].replace("\\", "/")
                found[below] = (seen.st_size, seen.st_mtime_ns / 1e9)
        return found

    def push(self, wanted: Mapping[str, tuple[bytes, float]]) -> str:
        """Make the landing hold exactly these files (bytes and time); `moved` has what had to be sent."""
        run = self.begin()
        if not run:
            return ""
        there = self.files()
        self.moved = [name for name, one in wanted.items() if not same(there.get(name), one)]
        for name in self.moved:
            self.write(name, *wanted[name])
        for name in there.keys() - wanted.keys():
            smbclient.remove(self.path(f"files/{name}"))
        self.put("ended", f"{run} {len(self.files())} 0")
        return run

    def write(self, name: str, content: bytes, moment: float) -> None:
        """A file with its time, as robocopy leaves it."""
        if "/" in name:
            smbclient.makedirs(self.path(f"files/{name.rpartition('/')[0]}"), exist_ok=True)
        with smbclient.open_file(self.path(f"files/{name}"), mode="wb") as file:
            file.write(content)
        smbclient.utime(self.path(f"files/{name}"), times=(moment, moment))

    def open_as_it_is(self, name: str) -> None:
        """Ask the server for a name as no honest client sends it: nothing is resolved on the way. Raises its answer."""
        connection = Connection(uuid.uuid4(), self.address, 445)
        connection.connect(timeout=20)
        try:
            session = Session(connection, self.user, self.password, require_encryption=False)
            session.connect()
            tree = TreeConnect(session, self.path(""))
            tree.connect()
            Open(tree, name).create(
                ImpersonationLevel.Impersonation,
                FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES,
                FileAttributes.FILE_ATTRIBUTE_NORMAL,
                ShareAccess.FILE_SHARE_READ,
                CreateDisposition.FILE_OPEN,
                0,
            )
        finally:
            connection.disconnect(close=True)

    def dress(self, name: str, attributes: int, ticks: int) -> None:
        """What robocopy sets on a file behind its content: three times, in hundreds of nanoseconds, and attributes."""
        access = FilePipePrinterAccessMask.FILE_WRITE_ATTRIBUTES
        raw = SMBFileIO(self.path(name), mode="r", share_access="rwd", desired_access=access)
        with SMBFileTransaction(raw) as transaction:
            info = FileBasicInformation()
            for field_name in ("creation_time", "last_access_time", "last_write_time"):
                info[field_name] = ticks
            info["file_attributes"] = attributes
            set_info(transaction, info)

    def fill(self, megabytes: int) -> None:
        """More than there is room for."""
        for number in range(megabytes):
            self.write(f"huge-{number}.wav", b"x" * 1_000_000, 1_790_000_000.0)


def same(there: tuple[int, float] | None, wanted: tuple[bytes, float]) -> bool:
    """As large, and written within two seconds of the other."""
    return there is not None and there[0] == len(wanted[0]) and abs(there[1] - wanted[1]) <= 2
