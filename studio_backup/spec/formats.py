"""What one text may look like: the `format` words of the schemas, each as a check that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from studio_backup.spec.amounts import parse_bandwidth, parse_size
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.exclude import check_exclude, check_pattern
from studio_backup.spec.identities import (
    check_address,
    check_disk_identity,
    check_host_key,
    check_identity,
    check_mailbox,
    check_user,
    check_volume_id,
)
from studio_backup.spec.macos import check_mac_destination, check_mac_path, check_quiet_hours
from studio_backup.spec.name_formats import (
    check_eraser,
    check_hosts,
    check_location,
    check_name,
    check_policy,
    check_reference,
    check_variable,
)
from studio_backup.spec.paths import mount_path, parse_destination, parse_target, sub_path
from studio_backup.spec.retention import point_time
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
from studio_backup.spec.wording import MalformedError, shorten


def check_day(text: str) -> None:
    """A calendar day."""
    problem = MalformedError(f"'{shorten(text)}' is not a day", "write it as YYYY-MM-DD")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise problem
    try:
        date.fromisoformat(text)
    except ValueError:
        raise problem from None


def check_warning(text: str) -> None:
    """The code of a warning."""
    if not re.fullmatch("SB5[0-9]{2}", text):
        raise MalformedError(
            f"'{shorten(text)}' is not the code of a warning", "write it as validate shows it, SB5 and two digits"
        )


def check_point(text: str) -> None:
    """A restore point's name."""
    if point_time(text) is None:
        raise MalformedError(
            f"'{shorten(text)}' is not the name of a restore point",
            "write it as status shows it: 2026-11-22T02-30-00Z",
        )


def check_addresses(text: str) -> None:
    """An address of a resource, or a pattern that fits some."""
    parts = text.split("/")
    if len(parts) < 2 or not all(parts[:2]) or not text.isprintable() or len(text) > 400:
        raise MalformedError(
            f"'{shorten(text)}' is no address", "write MACHINE/SYSTEM/KIND/NAME as drift prints it; * fits anything"
        )


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
