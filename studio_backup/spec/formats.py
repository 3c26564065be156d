"""What one text may look like: the `format` words of the schemas, each as a check that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from studio_backup.spec.duration import parse_duration
from studio_backup.spec.identities import (
    check_address,
    check_disk_identity,
    check_host_key,
    check_identity,
    check_user,
    check_volume_id,
)
from studio_backup.spec.macos import check_mac_destination, check_mac_path, check_quiet_hours
from studio_backup.spec.paths import mount_path, parse_destination, parse_target, sub_path
from studio_backup.spec.presets import PRESETS
from studio_backup.spec.retention import point_time
from studio_backup.spec.rules import NUMBERS
from studio_backup.spec.schedule import Schedule, rhythm
from studio_backup.spec.shares import check_quota
from studio_backup.spec.storage import (
    check_array_id,
    check_chunk,
    check_compression,
    check_key_location,
    check_label,
    check_mount_option,
    check_zfs_name,
    check_zfs_size,
)
from studio_backup.spec.tools import check_tool
from studio_backup.spec.windows_storage import check_shadow_room
from studio_backup.spec.wording import MalformedError, shorten, suggest

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}(@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?")
_VARIABLE = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_BANDWIDTH = re.compile(r"([0-9]{1,7}) ?(KiB/s|kB/s|MiB/s|MB/s|GiB/s|Mbit/s|Gbit/s)")
_KIB = {"KiB/s": 1, "kB/s": 1000 / 1024, "MiB/s": 1024, "MB/s": 1e6 / 1024, "GiB/s": 1048576,
        "Mbit/s": 125000 / 1024, "Gbit/s": 125e6 / 1024}  # fmt: skip

_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]+)")
_BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def slug(text: str) -> str:
    """The nearest valid name, "" when nothing of the text can stay."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-")


def check_name(text: str) -> None:
    """Names go into file names, unit names and shell words: nothing in them may need quoting."""
    if not NAME.fullmatch(text):
        what = "is longer than 40" if len(text) > 40 else "must be small letters, digits and inner hyphens"
        proposal = slug(text)
        raise MalformedError(
            f"the name '{shorten(text)}' {what}", f"call it '{proposal}'" if proposal else "call it a-name"
        )


def check_variable(text: str) -> None:
    """Variables are written without quotes inside {{ }}."""
    if not _VARIABLE.fullmatch(text):
        proposal = slug(text).replace("-", "_")
        raise MalformedError(
            f"the variable '{shorten(text)}' must be small letters, digits and _",
            f"call it '{proposal or 'value'}'",
        )


def check_reference(text: str) -> None:
    """A name used; one that is no name at all would only be reported as unknown."""
    check_name(text)


def check_day(text: str) -> None:
    """A calendar day."""
    problem = MalformedError(f"'{shorten(text)}' is not a day", "write it as YYYY-MM-DD")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise problem
    try:
        date.fromisoformat(text)
    except ValueError:
        raise problem from None


def check_policy(text: str) -> None:
    """A name; one of nothing but digits is to be copies, kinds of media and off-site copies."""
    if not NAME.fullmatch(text) or (text.replace("-", "").isdigit() and not NUMBERS.fullmatch(text)):
        fix = "write 3-2-1 (copies, kinds of media, off-site), the name of a policy, or none"
        raise MalformedError(f"'{shorten(text)}' is not a policy", fix)


def check_location(text: str) -> None:
    """SITE or SITE/ROOM."""
    if not all(NAME.fullmatch(part) for part in text.split("/")) or text.count("/") > 1:
        raise MalformedError(f"'{shorten(text)}' is not a place", "write SITE or SITE/ROOM")


def check_eraser(text: str) -> None:
    """Somebody or something that can erase."""
    kind, _, name = text.partition(":")
    if text != "control" and not (kind in ERASERS and NAME.fullmatch(name)):
        fix = "write machine:NAME, person:NAME, key:NAME or control"
        raise MalformedError(f"'{shorten(text)}' names nobody who could erase", fix)


def check_warning(text: str) -> None:
    """The code of a warning."""
    if not re.fullmatch("SB5[0-9]{2}", text):
        raise MalformedError(
            f"'{shorten(text)}' is not the code of a warning", "write it as validate shows it, SB5 and two digits"
        )


def parse_size(text: str) -> int:
    """Bytes."""
    found = _SIZE.fullmatch(text.strip())
    if not found or found[2] not in _BYTES:
        raise MalformedError(f"'{shorten(text)}' is not a size", "write a number and GB, TB, GiB or TiB")
    return int(float(found[1]) * _BYTES[found[2]])


def check_point(text: str) -> None:
    """A restore point's name."""
    if point_time(text) is None:
        raise MalformedError(
            f"'{shorten(text)}' is not the name of a restore point",
            "write it as status shows it: 2026-11-22T02-30-00Z",
        )


def parse_bandwidth(text: str) -> int:
    """KiB a second, at least 1."""
    found = _BANDWIDTH.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise MalformedError(f"'{shorten(text)}' is not a bandwidth", "write a number and KiB/s, MiB/s, MB/s or Mbit/s")
    return max(1, round(int(found[1]) * _KIB[found[2]]))


def check_exclude(text: str) -> None:
    """An rsync pattern on one line, or a preset that we know."""
    if text.startswith("preset:"):
        name = text.removeprefix("preset:")
        if name not in PRESETS:
            raise MalformedError(f"there is no preset '{shorten(name)}'", suggest(name, PRESETS, "write a pattern"))
        return
    check_pattern(text)


def check_pattern(text: str) -> None:
    """Patterns go into files with one a line, where `+ `, `- ` and `!` are rsync's own commands."""
    if not text or not text.isprintable() or text != text.strip() or len(text) > 200:
        raise MalformedError(
            f"'{shorten(text)}' is not a pattern",
            "write one pattern of printable characters, with no space around it",
        )
    if text == "!" or text.startswith(("+ ", "- ", "!", ";", "#")):
        raise MalformedError(f"the pattern '{shorten(text)}' begins like an rsync command", "put a / or * before it")
    if text in ("*", "**", "/", "/*", "/**", "***", "/***"):
        raise MalformedError(f"the pattern '{text}' leaves everything out", "delete it, or name what to leave out")


def check_mailbox(text: str) -> None:
    """A plain mail address, or a user of the machine; it stands in a letter's head and in a shell's assignment."""
    if not _MAILBOX.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is no mail address", "write owner@studio.example, or a user there")


def check_addresses(text: str) -> None:
    """An address of a resource, or a pattern that fits some."""
    parts = text.split("/")
    if len(parts) < 2 or not all(parts[:2]) or not text.isprintable() or len(text) > 400:
        raise MalformedError(
            f"'{shorten(text)}' is no address", "write MACHINE/SYSTEM/KIND/NAME as drift prints it; * fits anything"
        )


def check_hosts(text: str) -> None:
    """A word, or one of the known prefixes with a word."""
    if text == "all":
        return
    kind, colon, word = text.rpartition(":")
    if colon and kind not in HOST_KINDS:
        raise MalformedError(
            f"'{shorten(text)}' selects nothing: there is no '{shorten(kind)}:'",
            suggest(kind, HOST_KINDS, "write a group"),
        )
    check_name(word)


ERASERS = ("machine", "person", "key")
HOST_KINDS = ("machine", "group", "room", "site", "role")

#: `format` in a schema -> the code of its problems and its check.
FORMATS: dict[str, tuple[str, Callable[[str], object]]] = {
    "name": ("SB206", check_name),
    "variable": ("SB206", check_variable),
    "reference": ("SB206", check_reference),
    "hosts": ("SB206", check_hosts),
    "schedule": ("SB208", Schedule.parse),
    "duration": ("SB209", parse_duration),
    "host-key": ("SB210", check_host_key),
    "mount-path": ("SB211", mount_path),
    "sub-path": ("SB211", sub_path),
    "serial": ("SB212", check_disk_identity),
    "disk-id": ("SB212", check_disk_identity),
    "volume-id": ("SB212", check_volume_id),
    "array-id": ("SB212", check_array_id),
    "address": ("SB213", check_address),
    "mailbox": ("SB213", check_mailbox),
    "user": ("SB213", check_user),
    "identity": ("SB213", check_identity),
    "target": ("SB214", parse_target),
    "exclude": ("SB215", check_exclude),
    "busy": ("SB215", check_pattern),
    "day": ("SB216", check_day),
    "restore-point": ("SB216", check_point),
    "policy": ("SB216", check_policy),
    "size": ("SB216", parse_size),
    "warning": ("SB216", check_warning),
    "rhythm": ("SB208", rhythm),
    "location": ("SB206", check_location),
    "eraser": ("SB206", check_eraser),
    "tool": ("SB204", check_tool),
    "destination": ("SB214", parse_destination),
    "bandwidth": ("SB216", parse_bandwidth),
    "chunk": ("SB217", check_chunk),
    "label": ("SB217", check_label),
    "pattern-of-addresses": ("SB218", check_addresses),
    "mount-option": ("SB217", check_mount_option),
    "zfs-compression": ("SB217", check_compression),
    "zfs-size": ("SB217", check_zfs_size),
    "zfs-name": ("SB217", check_zfs_name),
    "key-location": ("SB217", check_key_location),
    "mac-destination": ("SB214", check_mac_destination),
    "mac-path": ("SB211", check_mac_path),
    "quiet-hours": ("SB208", check_quiet_hours),
    "shadow-room": ("SB207", check_shadow_room),
    "share-size": ("SB217", check_quota),
}
