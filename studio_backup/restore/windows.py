"""A folder on a Windows system: filled and hashed by our own programs, which stand in `jobs/restore*.ps1`.

What Windows cannot hold lands not and is noted with its reason. Hard links become files of their own, links none.
"""

from __future__ import annotations

import tarfile
from types import TracebackType

from studio_backup.errors import ConnectionCut, StudioBackupError
from studio_backup.restore import windows_lines as lines
from studio_backup.restore.stream import MUNGED, Content, Moved, plain, rest_of
from studio_backup.restore.windows_names import Names
from studio_backup.transport import Remote
from studio_backup.windows.document import document

_PARTS = ("answer.ps1", "awake.ps1", "walk.ps1")
#: Bytes of content that are read at once, and of lines that are sent at once.
_BLOCK = 40 * lines.PIECE
_UNTIMED = "it landed, but not with the time that it was written"
_STOPPED = {
    "full": ("its drive is full", "make room, or restore into a folder of another drive"),
    "gone": ("the folder is gone, or its drive", "look at that drive, then restore into a new folder"),
}


def land(folder: str) -> str:
    """The document that opens an empty folder, which it makes where nothing is; lines follow it."""
    return document((*_PARTS, "restore.ps1", "restore-file.ps1"), "Invoke-Landing", {"folder": folder})


def verify(folder: str) -> str:
    """The document that hashes what landed: a line `HASH xHEX` for every name."""
    return document((*_PARTS, "restore-hash.ps1"), "Invoke-Hashing", {"folder": folder})


def sink(answer: str, folder: str, target: Remote) -> Receiving:
    """The way into the folder, by the first line that `land` says; raises StudioBackupError for any but `ready`."""
    word, _, rest = answer.partition("\t")
    if word == "absent":
        raise StudioBackupError(
            f"{folder} cannot be written: there is no drive {folder[:2]} there now",
            "plug that drive in and unlock it, or name a folder of another one",
        )
    if word != "ready" or rest not in ("long", "short"):
        raise StudioBackupError(
            f"{folder} cannot be written: {target.errors().strip() or answer}", "name another folder"
        )
    return Receiving(target, folder, Names(verbatim=rest == "long"))


class Receiving:
    """See stream.Sink."""

    def __init__(self, target: Remote, folder: str, names: Names) -> None:
        self._target, self._folder, self._names = target, folder, names
        self._unsent = bytearray()
        self._above: list[str] = []  # folders that nobody named before what is in them
        self._sizes: dict[str, int] = {}  # of the files that were sent
        self._count = 0

    def takes(self, member: tarfile.TarInfo, moved: Moved) -> bool:
        """See Sink.takes."""
        name = plain(member.name)
        if name in ("", "."):
            return False
        reason, self._above = _unmade(member, moved), []
        if not reason:
            reason, self._above = self._names.add(name)
        if reason:
            moved.lacking[name] = reason
        elif not lines.ticks(member.mtime):
            moved.lacking[name] = f"{_UNTIMED}: Windows keeps no such time"
        return not reason

    def put(self, member: tarfile.TarInfo, content: Content | None) -> None:
        """See Sink.put."""
        name, when = plain(member.name), lines.ticks(member.mtime)
        for above in self._above:
            self._send(lines.folder(above, 0))
        self._count += len(self._above) + 1
        if content is not None:
            self._sizes[name] = member.size
            self._send(lines.file(name, when, member.size))
            while data := content.read(_BLOCK):
                self._send(lines.content(data))
        elif member.islnk():
            self._send(lines.copy(name, when, plain(member.linkname)))
        else:
            self._send(lines.folder(name, when))

    def _send(self, data: bytes) -> None:
        self._unsent += data
        if len(self._unsent) >= _BLOCK:
            self._flush()

    def _flush(self) -> None:
        try:
            self._target.write(bytes(self._unsent))
        except ConnectionCut:
            self._conclude()  # where it said why it listens no more, that is raised
            raise
        self._unsent.clear()

    def conclude(self, moved: Moved) -> None:
        """See Sink.conclude."""
        told = self._conclude()
        if not told.whole:
            raise StudioBackupError(
                f"it could not be written: {self._target.errors().strip() or 'it did not say that all of it landed'}",
                f"look at {self._folder}, then restore into a new folder",
            )
        for name, reason in told.lost.items():
            moved.lacking[name] = reason
            moved.hashes.pop(name, None)
            moved.files -= name in self._sizes
            moved.bytes -= self._sizes.get(name, 0)
        for name, reason in told.untimed.items():
            moved.lacking[name] = f"{_UNTIMED}: {reason}"

    def _conclude(self) -> lines.Told:
        told = lines.told(rest_of(self._target))
        if told.stopped:
            what, fix = _STOPPED.get(told.stopped, (told.stopped, "restore into a new folder"))
            raise StudioBackupError(f"not all of it could be written into {self._folder}: {what}", fix)
        return told

    def __enter__(self) -> Receiving:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._send(lines.end(self._count))
            self._flush()
            self._target.finish_writing()


def _unmade(member: tarfile.TarInfo, moved: Moved) -> str:
    """Why a thing of this kind is not made on Windows; "" when it is."""
    if member.issym():
        return f"a link to {member.linkname.removeprefix(MUNGED)}: links are not made on Windows"
    if member.islnk() and plain(member.linkname) not in moved.hashes:
        return f"a second name of {plain(member.linkname)}, which did not land"
    if not (member.isfile() or member.isdir() or member.islnk()):
        return "neither a file nor a folder"
    return ""
