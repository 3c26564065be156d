"""Words of what plays keep on Macs: the kinds, destinations of Time Machine, paths that it leaves out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from studio_backup.spec.name_formats import NAME
from studio_backup.spec.wording import MalformedError, shorten

#: By the name of a system, of an array and of a volume of the machine.
OF_SYSTEMS = ("full-disk-access", "time-machine", "power")
OF_ARRAYS = ("apple-raid",)
OF_VOLUMES = ("apfs-snapshots", "spotlight")
MAC_KINDS = (*OF_SYSTEMS, *OF_ARRAYS, *OF_VOLUMES)

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_SHARE = re.compile(r"smb://[A-Za-z0-9._%-]{1,64}@[A-Za-z0-9:.%_-]{1,253}/[A-Za-z0-9._%-]{1,255}")


def check_mac_destination(text: str) -> None:
    """A volume of the machine, or a share; never with a password in it."""
    found = urlsplit(text) if "://" in text else None
    if found is None:
        if not NAME.fullmatch(text):
            fix = "write the name of a volume of the machine, or smb://USER@HOST/SHARE"
            raise MalformedError(f"'{shorten(text)}' is no destination of Time Machine", fix)
    elif found.scheme == "afp":
        raise MalformedError("macOS 27 has no AFP any more", "write smb://USER@HOST/SHARE, to a server that speaks SMB")
    elif found.scheme != "smb":
        raise MalformedError(f"'{found.scheme}' is no way to a destination", "write smb://USER@HOST/SHARE")
    elif ":" in found.netloc.rpartition("@")[0]:
        fix = "write smb://USER@HOST/SHARE; the password is typed at the Mac, once"
        raise MalformedError("a password has no place in a spec", fix)
    elif not _SHARE.fullmatch(text):
        fix = "write smb://USER@HOST/SHARE, with %20 for a blank"
        raise MalformedError(f"'{shorten(text)}' is not the URL of a share", fix)


def is_share(word: str) -> bool:
    """Whether a destination is reached over the network."""
    return "://" in word


def check_mac_path(text: str) -> None:
    """What is left out is named from the root: ~ would be root's own home."""
    plain = text.isprintable() and "//" not in text and not {".", ".."} & {*text.split("/")}
    if not re.fullmatch(r"(/[^/]+)+", text) or not plain:
        raise MalformedError(f"'{shorten(text)}' is not a path from the root", "write it as /Users/NAME/FOLDER")


def check_quiet_hours(text: str) -> None:
    """From one time of the day to another."""
    quiet_hours(text)


def quiet_hours(text: str) -> tuple[int, int]:
    """Minutes since midnight of the beginning and the end; the end may be of the next day. Raises `MalformedError`."""
    found = _HOURS.fullmatch(text)
    times = [int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3)] if found else [0, 0]
    if times[0] == times[1]:
        raise MalformedError(f"'{shorten(text)}' are no hours of a day", "write them as 09:00-19:00")
    return times[0], times[1]
