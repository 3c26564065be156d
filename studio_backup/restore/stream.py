"""Restoring: one restore point as a tar stream through the control machine, hashed there and where it lands.

Links that the landing neutralised are whole again; owners are those of the folder that is restored into. Nothing is
written into a folder that is not empty.
"""

from __future__ import annotations

import hashlib
import io
import shlex
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import IO

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


#: What a snapshot of a whole volume holds besides the data: its sentinel, and where its snapshots are.
_NO_DATA = tuple(f"--exclude=./{name}" for name in (SENTINEL, SNAPSHOTS_FOLDER))


def send(folder: str, path: str, snapshot: bool = False) -> str:
    """The script that reads a restore point (or `path` in it) as tar; an unreadable file ends it with an error.

    `snapshot`: nobody could take out of it what is no data.
    """
    name = shlex.join((*(_NO_DATA if snapshot else ()), "--", f"./{path}" if path else "."))
    # GNU tar reads a backslash in a name it is given as the beginning of an escape, unless told not to.
    asking = "if tar --version 2>/dev/null | grep -q 'GNU tar'; then set -- --no-unquote; else set --; fi"
    plain = asking if "\\" in path else "set --"
    return f'{plain}\ncd {shlex.quote(folder)} && exec tar "$@" -cf - {name}\n'


def land(folder: str) -> str:
    """The script that unpacks into an empty folder, which it makes where nothing is; prints the owner first."""
    place = shlex.quote(folder)
    return f"""{{
LC_ALL=C; export LC_ALL
if [ -e {place} ] && [ ! -d {place} ]; then echo 'refused	is no folder'; exit 5; fi
if [ -d {place} ]; then
  if [ -n "$(ls -A {place})" ]; then echo 'refused	is not empty'; exit 5; fi
else mkdir -p -- {place} || exit 1; fi
owner=$(ls -nd {place} | awk '{{ print $3 "\\t" $4 }}')
printf 'ready\\t%s\\n' "$owner"
cd {place} && tar -xpf - && echo unpacked
}}
"""


#: Plain names go to the hash program many at a time. It writes names with a newline, a return or a backslash in one
#: way here and another there (BusyBox: as they are), so those are hashed one by one and named in hex.
_VERIFY = r"""LC_ALL=C; export LC_ALL
if command -v sha256sum >/dev/null; then set -- sha256sum; else set -- shasum -a 256; fi
line='
'; return=$(printf '\r')
cd %s && find . -type f ! -path "*$line*" ! -path "*$return*" ! -path '*\\*' -exec "$@" {} + &&
find . -type f '(' -path "*$line*" -o -path "*$return*" -o -path '*\\*' ')' -exec sh -c 'program=$1; shift
for file do
  digest=$($program <"$file") || exit 1
  printf "%%s x" "${digest%%%% *}"; printf %%s "$file" | od -An -v -tx1 | tr -d " \n"; echo
done' sh "$*" {} + && echo complete
"""


def verify(folder: str) -> str:
    """The script that hashes what landed: a line `HASH  ./NAME`, or `HASH xHEX` for a name that is not plain."""
    return _VERIFY % shlex.quote(folder)


def parse_hashes(pieces: Iterable[str]) -> dict[str, str] | None:
    """Path -> SHA-256 from what `verify` prints, in pieces of any size; None when the listing is not whole."""
    found: dict[str, str] = {}
    rest, complete = "", False
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            if complete:
                return None
            complete = line == "complete"
            if not complete:
                name, digest = _hashed(line)
                found[name] = digest
    return found if complete and not rest else None


def _hashed(line: str) -> tuple[str, str]:
    digest, _, name = line.partition(" ")
    if name.startswith("x"):
        name = bytes.fromhex(name[1:]).decode("utf-8", "surrogateescape")
    return _plain(name[1:] if name.startswith(" ") else name), digest


def pump(source: Remote, target: Remote, owner: tuple[int, int], told: Progress) -> Moved:
    """Move every member, hashing files as they pass; raises tarfile.TarError when the stream is cut or not tar."""
    moved = Moved()
    reader, writer = _Reader(source), _Writer(target)
    with (
        tarfile.open(fileobj=reader, mode="r|", errorlevel=2, encoding="utf-8", errors="surrogateescape") as incoming,
        tarfile.open(
            fileobj=writer, mode="w|", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
        ) as outgoing,
    ):  # fmt: skip
        links: set[str] = set()
        for member in incoming:
            _check_inside(member, links)
            if member.islnk():
                moved.hashes[_plain(member.name)] = moved.hashes.get(_plain(member.linkname), "")
                outgoing.addfile(_owned(member, owner))
            elif member.isfile():
                outgoing.addfile(_owned(member, owner), _Hashing(incoming.extractfile(member), member, moved, told))
            elif member.isdir() or member.issym():
                outgoing.addfile(_owned(member, owner))
        reader.check_end(incoming.offset)
    target.finish_writing()
    return moved


def _check_inside(member: tarfile.TarInfo, links: set[str]) -> None:
    """Raise ReadError for a name that leads out of the folder, or through a link that came before it."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    above = {"/".join(parts[:count]) for count in range(1, len(parts))}
    if member.name.startswith("/") or ".." in parts or above & links:
        raise tarfile.ReadError(f"the archive holds a name that leads out of it: {member.name!r}")
    if member.issym():
        links.add("/".join(parts))


def _plain(name: str) -> str:
    return name.removeprefix("./")


def _owned(member: tarfile.TarInfo, owner: tuple[int, int]) -> tarfile.TarInfo:
    member.uid, member.gid = owner
    member.uname = member.gname = ""
    member.mode &= 0o0777  # no set-uid bit comes back from a copy
    member.pax_headers = {}
    if member.issym():
        member.linkname = member.linkname.removeprefix(MUNGED)
    return member


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


class _Writer(io.RawIOBase):
    """A remote's input as tarfile writes it."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._remote.write(bytes(data))
        return len(data)


class _Hashing(io.RawIOBase):
    """A file's content on its way, counted and hashed; the hash is noted once the last byte has passed."""

    def __init__(self, content: IO[bytes] | None, member: tarfile.TarInfo, moved: Moved, told: Progress) -> None:
        assert content is not None
        self._content = content
        self._digest = hashlib.sha256()
        self._left = member.size
        self._name = _plain(member.name)
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
