"""What is restored and where to: the words of the command line, and the newest restore point that fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from studio_backup.compile import Route, routes
from studio_backup.errors import Refused, Unreachable, UsageError
from studio_backup.restore.windows_names import folder_of
from studio_backup.spec.model import Dataset, Machine, Studio, System
from studio_backup.spec.names import find_copy
from studio_backup.spec.retention import point_time
from studio_backup.spec.wording import suggest
from studio_backup.status import Standing

#: How --to is written: for what speaks sh, and for Windows. The part after the first colon is the folder.
_FORMS = ("ws-a:/srv/restored", "ws-a:D:/Restored")


@dataclass(frozen=True)
class Choice:
    """The point that is restored, and the way to the system that holds it."""

    standing: Standing
    point: str


def target(studio: Studio, to: str) -> tuple[Machine, str]:
    """Machine and absolute folder of --to MACHINE:DIR, on a drive of Windows or below /; raises UsageError."""
    name, _, text = to.partition(":")
    folder = folder_of(text) or (text if text.startswith("/") and ".." not in text.split("/") else None)
    if folder is None:
        raise UsageError(f"--to {to}: not MACHINE:DIR with an absolute folder", f"write it like {' or '.join(_FORMS)}")
    if name not in studio.machines:
        raise UsageError(
            f"there is no machine '{name}'", suggest(name, studio.machines, "name a machine of the inventory")
        )
    return studio.machines[name], folder


def receivable(answering: System, folder: str, to: str) -> None:
    """Raises UsageError where the system that answers has no such folders: each kind has its own."""
    windows = answering.os == "windows"
    if windows != (not folder.startswith("/")):
        form = _FORMS[windows].replace("ws-a", answering.machine)
        raise UsageError(
            f"--to {to}: {answering.full_name} answers, where no folder is called so", f"write it like {form}"
        )


def inside(path: str) -> str:
    """A path below the dataset, normalised; raises UsageError for one that leaves it."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UsageError(f"--path {path}: must stay inside the dataset", "name a file or folder below it")
    return "/".join(parts)


def not_after(at: str | None) -> float:
    """Epoch seconds of --at: a day (all of it), a time, or a restore point's name; endless without one."""
    if at is None:
        return float("inf")
    text = at.strip()
    point = point_time(text)
    if point is not None:
        return point.timestamp()
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--at {at}: not a time", "write 2026-11-22, '2026-11-22 14:00' or a restore point's name"
        ) from error
    if len(text) == 10:  # a day means all of it
        when = when.replace(hour=23, minute=59, second=59)
    return (when if when.tzinfo else when.astimezone()).astimezone(UTC).timestamp()


def candidates(studio: Studio, dataset: Dataset, copy: str | None) -> list[Route]:
    """The copies to look at: the one asked for, or all of the dataset."""
    chosen = [route for route in routes(studio) if route.dataset is dataset]
    if copy is None:
        return chosen
    only = find_copy(studio, f"{dataset.full_name}/{copy}")
    return [route for route in chosen if route.copy is only]


def choose(dataset: Dataset, found: Sequence[Standing], limit: float) -> Choice:
    """The newest point not after `limit` (epoch seconds); among equals that of the copy nearest to the source."""
    fitting = [(point, -index, one) for index, one in enumerate(found) for point in one.points if _fits(point, limit)]
    if fitting:
        point, _, standing = max(fitting, key=lambda item: item[:2])
        return Choice(standing, point)
    unknown = [f"{one.route.copy.full_name}: {one.unknown}" for one in found if one.unknown]
    if unknown:
        raise Unreachable(f"no restore point could be found ({'; '.join(unknown)})", "studio-backup status")
    raise Refused(f"{dataset.full_name} has no restore point that fits", "studio-backup status shows what there is")


def _fits(point: str, limit: float) -> bool:
    when = point_time(point)
    return when is not None and when.timestamp() <= limit
