"""Moving a restore point from where it is held to where it is wanted, and checking every hash there."""

from __future__ import annotations

import codecs
import tarfile

from studio_backup.errors import Refused, StudioBackupError, TransportError
from studio_backup.report.text import count, safe
from studio_backup.restore.choice import Choice
from studio_backup.restore.stream import Moved, Progress, land, parse_hashes, pump, send, verify
from studio_backup.transport import Remote, Transport

_OTHER_POINT = "try another point: --at TIME or --from COPY"
_PIECE = 256 * 1024


def move(holding: Transport, choice: Choice, path: str, receiving: Transport, folder: str, told: Progress) -> Moved:
    """Read the point (or `path` in it) where it is held and unpack it into an empty folder; raises what went wrong."""
    snapshot = choice.standing.route.store == "zfs"
    source = holding.open(send(choice.standing.path_of(choice.point), path, snapshot))
    target = receiving.open(land(folder))
    try:
        owner = _landed(target.read(4096).decode("utf-8", "replace"), folder, target.errors())
        try:
            moved = pump(source, target, owner, told)
        except (tarfile.TarError, EOFError) as error:
            raise StudioBackupError(
                f"the copy could not be read whole: {source.errors().strip() or error}",
                _OTHER_POINT,
            ) from error
        if source.exit_status():
            raise StudioBackupError(
                f"the copy could not be read whole: {source.errors().strip()}",
                _OTHER_POINT,
            )
        if "unpacked" not in _rest(target):
            raise StudioBackupError(
                f"it could not be written: {target.errors().strip()}",
                f"look at {folder}, then restore into a new folder",
            )
        return moved
    finally:
        source.close()
        target.close()


def _landed(line: str, folder: str, errors: str) -> tuple[int, int]:
    word, _, rest = line.strip().partition("\t")
    if word == "refused":
        raise Refused(
            f"{folder} {rest}: a restore never writes over anything",
            "name a folder that is empty or not there yet",
        )
    numbers = rest.split("\t")
    if word != "ready" or len(numbers) != 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise StudioBackupError(f"{folder} cannot be written: {errors.strip() or line.strip()}", "name another folder")
    return int(numbers[0]), int(numbers[1])


def _rest(target: Remote) -> str:
    text = b""
    while data := target.read(65536):
        text += data
    return text.decode("utf-8", "replace")


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
        listing = receiving.open(verify(folder), silence)
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
