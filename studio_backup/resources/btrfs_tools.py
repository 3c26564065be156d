"""What btrfs-progs print, read strictly: a line that is not known makes the file system unread."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from studio_backup.resource import Unparsable

_DEVICE = re.compile(r"\tdevid +(\d+) size (\d+) used (\d+) path +(\S*?) *(MISSING)?")
_PROFILE = re.compile(r"([\w+]+), (\w+): total=\d+, used=\d+")
_COUNTER = re.compile(r"\[(.+)\]\.(\w+)_errs? +(\d+)")
_REPLACED = re.compile(r"Never started|Started on .*, (?:finished|canceled) on .*")
_SUSPENDED = re.compile(r"Started on .*, suspended on .* at ([0-9.]+)%.*")
_REPLACING = re.compile(r"([0-9.]+)% done,.*")
_BALANCING = re.compile(r".* (\d+)% left")


@dataclass(frozen=True)
class Leg:
    """One device of a mounted file system; `path` is empty for one that is missing. Number 0 is being filled."""

    devid: int
    size: int
    used: int
    path: str


def label_and_legs(lines: Iterable[str]) -> tuple[str, list[Leg]]:
    """Of `btrfs filesystem show --raw`."""
    label, legs = None, []
    for line in lines:
        if found := re.fullmatch(r"Label: (?:none|'(.*)') +uuid: [0-9a-f-]+", line):
            label = found[1] or ""
        elif leg := _DEVICE.fullmatch(line):
            legs.append(Leg(int(leg[1]), int(leg[2]), int(leg[3]), "" if leg[5] else leg[4]))
        elif line and not re.fullmatch(r"\tTotal devices \d+ FS bytes used \d+|\t\*\*\* Some devices missing", line):
            raise Unparsable(f"btrfs filesystem show says what is not known: {line[:60]!r}")
    if label is None or not legs:
        raise Unparsable("btrfs filesystem show says nothing")
    return label, legs


def profiles(lines: Iterable[str]) -> dict[str, list[str]]:
    """Of `btrfs filesystem df --raw`: Data, System, Metadata -> what their chunks are."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if one := _PROFILE.fullmatch(line):
            found.setdefault(one[1], []).append(one[2].lower())
        elif line and not line.startswith(("WARNING: Multiple block group profiles", "WARNING:   ")):
            raise Unparsable(f"btrfs filesystem df says what is not known: {line[:60]!r}")
    if not {"Data", "Metadata"} <= found.keys() and "Data+Metadata" not in found:
        raise Unparsable("btrfs filesystem df says nothing of data and metadata")
    return found


def counters(lines: Iterable[str]) -> dict[str, dict[str, int]]:
    """Of `btrfs device stats`: path or `devid:N` -> kind of error -> how many, where there were any."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        one = _COUNTER.fullmatch(line)
        if one is None:
            raise Unparsable(f"btrfs device stats says what is not known: {line[:60]!r}")
        counts = found.setdefault(one[1], {})
        if int(one[3]):
            counts[one[2].removesuffix("_io")] = int(one[3])
    if not found:
        raise Unparsable("btrfs device stats says nothing")
    return found


@dataclass(frozen=True)
class Scrub:
    """The last one: when it began (epoch seconds; None for never), how it ended, and what it found."""

    started: int | None
    status: str
    corrected: int
    uncorrectable: int
    others: int  # errors of superblocks, and reads that failed


def scrub(lines: Iterable[str]) -> Scrub:
    """Of `btrfs scrub status -R`, in UTC and the C locale."""
    said = dict(part for line in lines if len(part := re.split(r": +", line.strip(), maxsplit=1)) == 2)
    if "uncorrectable_errors" not in said and "UUID" not in said:
        raise Unparsable("btrfs scrub status says nothing")
    # While it runs, the line says how far it is or that it was resumed, too; none at all says "no stats available".
    if "Scrub started" not in said and "Scrub resumed" not in said:
        return Scrub(None, "never", 0, 0, 0)
    began = said.get("Scrub started") or said["Scrub resumed"]
    try:
        started = int(datetime.strptime(began, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC).timestamp())
        numbers = [int(said[f"{kind}_errors"]) for kind in ("corrected", "uncorrectable", "super", "read")]
    except (ValueError, KeyError) as error:
        raise Unparsable(f"btrfs scrub status says what is not known: {error}") from error
    status = said.get("Status", "")
    if status not in ("running", "finished", "aborted", "interrupted"):
        raise Unparsable(f"btrfs scrub status says what is not known: {status[:60]!r}")
    corrected, uncorrectable, supers, reads = numbers
    return Scrub(started, status, corrected, uncorrectable, supers + reads)


def replacing(lines: Iterable[str]) -> str:
    """Of `btrfs replace status -1`: `replacing 12.5 %`, `replacement suspended at 5.0 %`; "" where none goes on."""
    text = "\n".join(lines).strip()
    if _REPLACED.fullmatch(text):
        return ""
    if found := _REPLACING.fullmatch(text):
        return f"replacing {found[1]} %"
    if found := _SUSPENDED.fullmatch(text):
        return f"replacement suspended at {found[1]} %"
    raise Unparsable(f"btrfs replace status says what is not known: {text[:60]!r}")


def balancing(lines: Iterable[str]) -> str:
    """Of `btrfs balance status`: `balancing 12 %`, `balance paused`; "" where none goes on."""
    text = "\n".join(lines).strip()
    if text.startswith("No balance found"):
        return ""
    found = re.match(r"Balance on '.*' is (running|paused)", text, re.DOTALL)
    if found is None:
        raise Unparsable(f"btrfs balance status says what is not known: {text[:60]!r}")
    left = _BALANCING.search(text)
    word = "balancing" if found[1] == "running" else "balance paused at"
    return f"{word} {100 - int(left[1])} %" if left else word.removesuffix(" at")


def created(lines: Iterable[str]) -> int | None:
    """Of `btrfs subvolume show`, in UTC: when the file system was made; None where that is not kept."""
    for line in lines:
        if found := re.fullmatch(r"\s*Creation time:\s+(.+)", line):
            try:
                return int(datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S %z").timestamp())
            except ValueError:
                return None
    return None
