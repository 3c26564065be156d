"""Backblaze Computer Backup as its own files tell: the last pass, what remains, which volumes, what is left out.

Its files are read tag by tag, `NAME<TAB>ATTRIBUTE=VALUE…` a line: what could name the account never leaves its machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from studio_backup.resource import Unparsable

#: Of all attributes, those that are told.
ATTRIBUTES = (
    "gmt_millis", "remainingnumfilesforbackup", "remainingnumbytesforbackup", "bzVolumeGuid",
    "pervol_remaining_files_numfiles", "pervol_remaining_files_numbytes", "mountPointPathHex", "dir", "whichfiles",
    "safety_frozen", "bzlicense_status", "vguid",
)  # fmt: skip
#: Files in its folder, and in bzreports below that.
SETTINGS = ("bzinfo.xml", "bzvolumes.xml", "pauseinfo.xml")
REPORTS = ("bzstat_lastbackupcompleted.xml", "bzstat_remainingbackup.xml", "bzdc_synchostinfo.xml")

Tag = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Tagged:
    """One of its files: when it was written, and its tags in their order."""

    changed: datetime
    tags: tuple[Tag, ...]

    def first(self, *attributes: str) -> tuple[str, ...] | None:
        """The values of these attributes in the first tag that has them all."""
        found = (tuple(tag[name] for name in attributes) for _, tag in self.tags if set(attributes) <= set(tag))
        return next(found, None)


@dataclass(frozen=True)
class Left:
    """Files and bytes that are still to go."""

    files: int
    size: int


@dataclass(frozen=True)
class KnownVolume:
    """A volume that it knows; several may have been mounted at one place, one after another."""

    guid: str
    mount: str
    selected: bool
    left: Left | None  # None where that is not told volume by volume
    listed: datetime | None  # when its files were last listed


@dataclass(frozen=True)
class Client:
    """All of it."""

    now: datetime
    state: str
    last: datetime | None
    left: Left | None
    left_at: datetime | None  # when that was written
    frozen: str
    license: str
    volumes: tuple[KnownVolume, ...]
    filters: tuple[str, ...]  # folders that are left out, as it notes them: in small letters, with a slash at the end
    marks: Mapping[str, str]  # root of a volume -> the id that it carries there


def moment(text: object) -> datetime:
    """A moment in UTC to the second; raises Unparsable for anything else."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Unparsable(f"a moment that is none: {str(text)[:40]}") from None


def tags_of(lines: Sequence[object], name: str) -> tuple[Tag, ...]:
    """The tags of a whole file; raises Unparsable for one that is being written at this moment."""
    found = [_tag(str(line)) for line in lines]
    if len(found) < 2 or found[-1][0] != f"/{found[0][0]}":
        raise Unparsable(f"{name} is not whole: Backblaze may be writing it", "look again in a minute")
    return tuple(found)


def _tag(line: str) -> Tag:
    name, *pairs = line.split("\t")
    values = {key: unescape(value) for key, sign, value in (pair.partition("=") for pair in pairs) if sign}
    return name, values


def client(
    now: datetime, state: str, files: Mapping[str, Tagged], lists: Mapping[str, datetime], marks: Mapping[str, str]
) -> Client:
    """Put together; raises Unparsable where a part of it is not one that is known."""
    last, remaining = files.get(REPORTS[0]), files.get(REPORTS[1])
    millis = last.first("gmt_millis") if last else None
    ended = datetime.fromtimestamp(_number(millis[0], "gmt_millis") // 1000, UTC) if millis else None
    frozen, licensed = _account(files.get(REPORTS[2]))
    return Client(
        now=now,
        state="paused" if state == "running" and "pauseinfo.xml" in files else state,
        last=ended,
        left=_left(remaining.first("remainingnumfilesforbackup", "remainingnumbytesforbackup")) if remaining else None,
        left_at=remaining.changed if remaining else None,
        frozen=frozen,
        license=licensed,
        volumes=_volumes(files, lists) if "bzinfo.xml" in files else (),
        filters=_filters(files["bzinfo.xml"]) if "bzinfo.xml" in files else (),
        marks=marks,
    )


def _account(told: Tagged | None) -> tuple[str, str]:
    """Whether it is frozen, and the state of the licence; that alone of what is noted of the account."""
    frozen = told.first("safety_frozen") if told else None
    licensed = told.first("bzlicense_status") if told else None
    words = {"true": "yes", "false": "no"}
    return words.get(frozen[0], "not known") if frozen else "not told", licensed[0][:40] if licensed else "not told"


def _volumes(files: Mapping[str, Tagged], lists: Mapping[str, datetime]) -> tuple[KnownVolume, ...]:
    if "bzvolumes.xml" not in files:
        raise Unparsable("Backblaze has no list of volumes")
    selected, remaining = _selected(files["bzinfo.xml"]), files.get(REPORTS[1])
    rest = {tag["bzVolumeGuid"]: tag for _, tag in remaining.tags if "bzVolumeGuid" in tag} if remaining else {}
    found = []
    for _, tag in files["bzvolumes.xml"].tags:
        guid, mount = tag.get("bzVolumeGuid"), tag.get("mountPointPathHex")
        if not guid or mount is None:
            continue
        left, one = None, rest.get(guid, {})
        if {"pervol_remaining_files_numfiles", "pervol_remaining_files_numbytes"} <= set(one):
            left = _left((one["pervol_remaining_files_numfiles"], one["pervol_remaining_files_numbytes"]))
        # Should one have several lists, the oldest counts: nothing is taken for seen that may not be.
        listed = min((at for name, at in lists.items() if name.startswith(f"{guid}_")), default=None)
        found.append(KnownVolume(guid, _path(mount), guid in selected, left, listed))
    return tuple(found)


def _selected(settings: Tagged) -> frozenset[str]:
    """The ids between the opening and the closing of hard_drives_to_backup."""
    names = [name for name, _ in settings.tags]
    if "hard_drives_to_backup" not in names or "/hard_drives_to_backup" not in names:
        raise Unparsable("bzinfo.xml does not say which volumes are backed up")
    between = settings.tags[names.index("hard_drives_to_backup") : names.index("/hard_drives_to_backup")]
    return frozenset(tag["bzVolumeGuid"] for _, tag in between if "bzVolumeGuid" in tag)


def _filters(settings: Tagged) -> tuple[str, ...]:
    return tuple(tag["dir"] for _, tag in settings.tags if tag.get("whichfiles") == "none" and tag.get("dir"))


def _left(told: Sequence[str] | None) -> Left | None:
    return Left(_number(told[0], "files to go"), _number(told[1], "bytes to go")) if told else None


def _number(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Unparsable(f"{what}: {text[:40]!r} is no number")
    return int(text)


def _path(digits: str) -> str:
    try:
        return bytes.fromhex(digits).decode("utf-8")
    except ValueError:
        raise Unparsable(f"the place of a volume is {digits[:40]!r}") from None
