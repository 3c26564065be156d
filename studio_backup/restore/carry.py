"""Moving a restore point from where it is held to where it is wanted, and checking every hash there."""

from __future__ import annotations

import codecs
import tarfile

from studio_backup.errors import Refused, StudioBackupError, TransportError
from studio_backup.report.text import count, safe
from studio_backup.restore.choice import Choice
from studio_backup.restore.hashes import parse_hashes
from studio_backup.restore.stream import Moved, Progress, Sink, pump, send
from studio_backup.restore.targets import TARGETS
from studio_backup.transport import Remote, Transport

_OTHER_POINT = "try another point: --at TIME or --from COPY"
_PIECE = 256 * 1024


def move(holding: Transport, choice: Choice, path: str, receiving: Transport, folder: str, told: Progress) -> Moved:
    """Read the point (or `path` in it) where it is held and write it into an empty folder; raises what went wrong."""
    snapshot = choice.standing.route.store == "zfs"
    kind = TARGETS[receiving.language]
    source = holding.open(send(choice.standing.path_of(choice.point), path, snapshot))
    target = receiving.open(kind.land(folder))
    try:
        sink = kind.sink(_unrefused(target, folder), folder, target)
        moved = _through(source, sink, told)
        sink.conclude(moved)
    except TransportError as error:
        error.fix = error.fix or "see that both machines stay awake and connected, then restore into a new folder"
        raise
    else:
        return moved
    finally:
        source.close()
        target.close()


def _through(source: Remote, sink: Sink, told: Progress) -> Moved:
    try:
        moved = pump(source, sink, told)
    except (tarfile.TarError, EOFError) as error:
        said = source.errors().strip() or error
        raise StudioBackupError(f"the copy could not be read whole: {said}", _OTHER_POINT) from error
    if source.exit_status():
        raise StudioBackupError(f"the copy could not be read whole: {source.errors().strip()}", _OTHER_POINT)
    return moved


def _unrefused(target: Remote, folder: str) -> str:
    """What the target says first, unless it will not write there."""
    said = b""
    while b"\n" not in said and (data := target.read(4096)):
        said += data
    line = said.decode("utf-8", "replace").strip()
    word, _, why = line.partition("\t")
    if word == "refused":
        raise Refused(
            f"{folder} {why}: a restore never writes over anything",
            "name a folder that is empty or not there yet",
        )
    return line


def check(receiving: Transport, folder: str, moved: Moved, timeout: float) -> None:
    """Every hash read from the copy must be found again where it landed, and nothing else."""
    landed = _hashes(receiving, folder, max(timeout, 60 + moved.bytes / 20e6))
    wrong = sorted(name for name in landed.keys() | moved.hashes.keys() if landed.get(name) != moved.hashes.get(name))
    if wrong:
        listed = "\n".join(f"  {safe(name)}" for name in wrong[:20])
        raise StudioBackupError(
            f"{count(len(wrong), 'file')} landed otherwise than they were read:\n{listed}",
            "restore once more into a new folder; check that disk",
        )


def _hashes(receiving: Transport, folder: str, silence: float) -> dict[str, str]:
    """What landed, read as it comes: the listing of many files is longer than an answer may be."""
    reason = "the listing of hashes is not whole"
    try:
        listing = receiving.open(TARGETS[receiving.language].verify(folder), silence)
        try:
            listing.finish_writing()
            pieces = iter(lambda: listing.read(_PIECE), b"")
            landed = parse_hashes(codecs.iterdecode(pieces, "utf-8", "surrogateescape"))
            reason = listing.errors().strip() or reason
        finally:
            listing.close()
    except (TransportError, ValueError) as error:
        landed, reason = None, str(error)
    if landed is None:
        raise StudioBackupError(f"what landed could not be hashed: {reason}", "restore once more")
    return landed
