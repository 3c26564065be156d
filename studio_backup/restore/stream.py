"""Reading one restore point as a tar stream: member by member into a target of any kind, hashed on the way."""

from __future__ import annotations

import hashlib
import io
import shlex
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Protocol

from studio_backup.paths import SENTINEL
from studio_backup.spec.copies import SNAPSHOTS_FOLDER
from studio_backup.transport import Remote

#: How rsync marks a symbolic link that it keeps from leading anywhere (`--munge-links`).
MUNGED = "/rsyncd-munged/"
#: Told of bytes moved and the file under way.
Progress = Callable[[int, str], None]


@dataclass
class Moved:
    """What went through: SHA-256 of every file by its path relative to the folder, and totals."""

    hashes: dict[str, str] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    lacking: dict[str, str] = field(default_factory=dict)  # what could not land: its path, and why


#: What a snapshot of a whole volume holds besides the data: its sentinel, and where its snapshots are.
_NO_DATA = tuple(f"--exclude=./{name}" for name in (SENTINEL, SNAPSHOTS_FOLDER))


def send(folder: str, path: str, snapshot: bool = False) -> str:
    """The script that reads a restore point (or `path` in it) as tar; an unreadable file ends it with an error.

    `snapshot`: nobody could take out of it what is no data.
    """
    name = shlex.join((*(_NO_DATA if snapshot else ()), "--", f"./{path}" if path else "."))
    # GNU tar reads a backslash in a name it is given as the beginning of an escape, unless told not to.
    asking = "if tar --version 2>/dev/null | grep -q 'GNU tar'; then set -- --no-unquote; else set --; fi"
    options = asking if "\\" in path else "set --"
    return f'{options}\ncd {shlex.quote(folder)} && exec tar "$@" -cf - {name}\n'


class Sink(Protocol):
    """The way into a folder on one kind of system. As a context, its end ends the stream that goes there."""

    def takes(self, member: tarfile.TarInfo, moved: Moved) -> bool:
        """False for what is not to land there; what is lost by that is noted in `moved.lacking`."""
        ...

    def put(self, member: tarfile.TarInfo, content: Content | None) -> None:
        """Send one member, with the content of a file that is no second name of another."""
        ...

    def conclude(self, moved: Moved) -> None:
        """Hear how it ended there; raises StudioBackupError unless all that was sent was taken."""
        ...

    def __enter__(self) -> Sink: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def pump(source: Remote, sink: Sink, told: Progress) -> Moved:
    """Move every member, hashing files as they pass; raises tarfile.TarError when the stream is cut or not tar."""
    moved = Moved()
    reader = _Reader(source)
    with (
        tarfile.open(fileobj=reader, mode="r|", errorlevel=2, encoding="utf-8", errors="surrogateescape") as incoming,
        sink,
    ):
        links: set[str] = set()
        for member in incoming:
            _check_inside(member, links)
            if not sink.takes(member, moved):
                continue
            content = None
            if member.islnk():
                moved.hashes[plain(member.name)] = moved.hashes.get(plain(member.linkname), "")
            elif member.isfile():
                content = Content(incoming.extractfile(member), member, moved, told)
            sink.put(member, content)
        reader.check_end(incoming.offset)
    return moved


def _check_inside(member: tarfile.TarInfo, links: set[str]) -> None:
    """Raise ReadError for a name that leads out of the folder, or through a link that came before it."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    above = {"/".join(parts[:count]) for count in range(1, len(parts))}
    if member.name.startswith("/") or ".." in parts or above & links:
        raise tarfile.ReadError(f"the archive holds a name that leads out of it: {member.name!r}")
    if member.issym():
        links.add("/".join(parts))


def plain(name: str) -> str:
    """The path of a member below the folder."""
    return name.removeprefix("./")


def rest_of(remote: Remote) -> str:
    """All that it says until its end."""
    text = b""
    while data := remote.read(65536):
        text += data
    return text.decode("utf-8", "replace")


class _Reader(io.RawIOBase):
    """A remote's output as tarfile reads it."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._buffer = b""
        self._total = self._zeros = 0

    def readable(self) -> bool:
        return True

    def check_end(self, offset: int) -> None:
        """Read to the end; raises tarfile.ReadError unless nothing but zeros, and some, follow the last member.

        tarfile takes a stream that ends between two members, or that goes on with anything else, for a whole archive.
        """
        while self.read(1 << 18):
            continue
        if self._total < offset + tarfile.BLOCKSIZE or self._zeros < self._total - offset:
            raise tarfile.ReadError("the archive ends early")

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._buffer) < size:
            data = self._remote.read(1 << 18)
            if not data:
                break
            self._buffer += data
            self._total += len(data)
            zeros = len(data) - len(data.rstrip(b"\0"))
            self._zeros = self._zeros + zeros if zeros == len(data) else zeros
        if size < 0:
            size = len(self._buffer)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


class Content(io.RawIOBase):
    """A file's content on its way, counted and hashed; the hash is noted once the last byte has passed."""

    def __init__(self, content: IO[bytes] | None, member: tarfile.TarInfo, moved: Moved, told: Progress) -> None:
        assert content is not None
        self._content = content
        self._digest = hashlib.sha256()
        self._left = member.size
        self._name = plain(member.name)
        self._moved = moved
        self._told = told
        moved.files += 1
        if member.size == 0:
            moved.hashes[self._name] = self._digest.hexdigest()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._content.read(size)
        self._digest.update(data)
        self._left -= len(data)
        self._moved.bytes += len(data)
        if self._left == 0:
            self._moved.hashes[self._name] = self._digest.hexdigest()
        self._told(self._moved.bytes, self._name)
        return data
