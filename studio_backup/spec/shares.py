"""Words of Time Machine shares: where one lies, who logs in, its quota, and how its Mac names it."""

from __future__ import annotations

import re

from studio_backup.spec.model import Machine, Managed, Studio, Volume
from studio_backup.spec.paths import sub_path
from studio_backup.spec.wording import MalformedError, shorten

_QUOTA = re.compile(r"[1-9][0-9]{0,5}[MGT]")
#: What a path may be made of: smb.conf fills in what follows a %, and reads a \ at the end of a line.
_PLAIN = re.compile(r"[\w ./@+,()-]+")
#: Sections of smb.conf that are no shares.
RESERVED = ("global", "homes", "printers")
#: Longest name of a local user.
LONGEST_USER = 32
#: File systems that keep streams: what a Mac says of a file beside its content.
KEEPS_STREAMS = ("ext4", "xfs", "btrfs", "zfs")


def check_quota(text: str) -> None:
    """As Samba reads it, in powers of 1,024."""
    if not _QUOTA.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is not the size of a share", "write a whole number and M, G or T")


def is_plain(path: str) -> bool:
    """True for a path that means itself in smb.conf."""
    return _PLAIN.fullmatch(path) is not None


def volume_of(machine: Machine, one: Managed) -> Volume:
    """The volume that a share lies on."""
    return machine.volumes[str(one.options["volume"])]


def path_of(one: Managed) -> str:
    """Where it lies on the volume."""
    return sub_path(str(one.options["path"]))


def user_of(one: Managed) -> str:
    """Who logs in: one user a Mac, and so one a share."""
    return str(one.options.get("user") or one.name)


def quota_of(one: Managed) -> str:
    """What Time Machine is told that there is room for."""
    return str(one.options["quota"])


def url_of(studio: Studio, one: Managed) -> str:
    """As a Mac names it, without the password."""
    system = studio.machines[one.machine].linux
    return f"smb://{user_of(one)}@{system.address if system else one.machine}/{one.name}"
