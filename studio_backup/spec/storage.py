"""Words of storage: which kinds a play may keep, sizes of chunks, labels, mount options, UUIDs."""

from __future__ import annotations

import re
import uuid

from studio_backup.resources.zfs_sizes import size_of
from studio_backup.spec.macos import MAC_KINDS
from studio_backup.spec.model import Managed, Volume
from studio_backup.spec.windows import WINDOWS_KINDS
from studio_backup.spec.windows_storage import WINDOWS_STORAGE
from studio_backup.spec.wording import MalformedError, shorten

#: The kinds that a play holds by name, in the order in which they rest on one another.
KINDS = (
    *("disk", "md-array", "btrfs-filesystem", "zfs-pool", "filesystem", "zfs-dataset", "mount", "btrfs-subvolume"),
    *MAC_KINDS,
    *WINDOWS_KINDS,
    *WINDOWS_STORAGE,
    "samba-share",
)
#: Levels of a btrfs array that are made, and what their metadata is where the spec says nothing.
BTRFS_METADATA = {"single": "raid1", "raid1": "raid1", "raid1c3": "raid1c3", "raid1c4": "raid1c4", "raid10": "raid10"}
#: File systems that can be made, and how long their labels may be.
LABEL_LIMITS = {"ext4": 16, "xfs": 12, "btrfs": 64}
#: What UUIDs of our choosing are made under: never to change, for what it has named carries those names.
_NAMESPACE = uuid.UUID("7d1c2f6e-3b0a-5c41-9d57-51a1c0de0b5e")

_CHUNK = re.compile(r"([0-9]{1,6})([KM])")
_COMPRESSION = re.compile(r"on|off|lz4|lzjb|zle|gzip(-[1-9])?|zstd(-1?[0-9])?|zstd-fast(-[0-9]{1,4})?")
_DATASET = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*(/[A-Za-z0-9][A-Za-z0-9_.:-]*)*")
_KEY = re.compile(r"file:///[A-Za-z0-9_.@+/-]+")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OPTION = re.compile(r"[A-Za-z0-9_.-]+(=[A-Za-z0-9_.:/@%+-]+)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ALWAYS = ("nofail", "defaults", "x-systemd.device-timeout")
_AGAINST = ("noauto", "x-systemd.automount", "user", "users", "owner", "group", "bind", "remount")


def check_chunk(text: str) -> None:
    """4K to 64M, as md takes them."""
    found = _CHUNK.fullmatch(text)
    kib = int(found[1]) * (1024 if found[2] == "M" else 1) if found else 0
    if not 4 <= kib <= 65536 or kib & (kib - 1):
        raise MalformedError(f"'{shorten(text)}' is not the size of a chunk", "write a power of two, as in 64K or 512K")


def check_compression(text: str) -> None:
    """A word of OpenZFS; the same one may be called differently, and would show as drift."""
    if not _COMPRESSION.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is not a compression", "write lz4, zstd, zstd-3, gzip-6, on or off")


def check_zfs_size(text: str) -> None:
    """A size of ZFS, in powers of 1,024."""
    if size_of(text) is None:
        raise MalformedError(
            f"'{shorten(text)}' is not a size of ZFS", "write a whole number and K, M, G, T or P, or none"
        )


def check_zfs_name(text: str) -> None:
    """A dataset below a pool, of which each part is a name that needs no quoting."""
    if not _DATASET.fullmatch(text) or len(text) > 200:
        raise MalformedError(
            f"'{shorten(text)}' is not the name of a dataset", "write POOL/NAME, as `zfs list` prints it"
        )


def check_key_location(text: str) -> None:
    """Where the key of an encrypted dataset stands on the machine; never the key."""
    if text != "prompt" and not _KEY.fullmatch(text):
        raise MalformedError(f"'{shorten(text, 30)}' is not the place of a key", "write file:///PATH, or prompt")


def check_label(text: str) -> None:
    """Labels go into names of links and into shell words."""
    if not _LABEL.fullmatch(text):
        raise MalformedError(
            f"'{shorten(text)}' is not a label", "write letters, digits and . _ -, with a letter or digit first"
        )


def check_mount_option(text: str) -> None:
    """One option; none that every line of ours has, none that would keep it from being mounted."""
    word = text.partition("=")[0]
    if not _OPTION.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is not a mount option", "write one option an item, as in noatime")
    if word in _ALWAYS:
        raise MalformedError(f"'{word}' stands in every line of ours", "delete it here")
    if word in _AGAINST:
        raise MalformedError(f"'{word}' has no place on a mount that is kept", "delete it, or keep this mount by hand")


def check_array_id(text: str) -> None:
    """The UUID of an md array, with colons or dashes."""
    if not re.fullmatch(r"[0-9a-f]{32}", re.sub("[:-]", "", text.lower())):
        raise MalformedError(
            f"'{shorten(text)}' is not the UUID of an md array", "copy it as `mdadm --detail` prints it"
        )


def array_id(text: str) -> str:
    """As mdadm prints it: four groups of eight, with colons."""
    digits = re.sub("[:-]", "", text.lower())
    return ":".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def is_uuid(text: str) -> bool:
    """True for an id that a Linux file system can carry."""
    return _UUID.fullmatch(text) is not None


def pool_name_problem(name: str) -> str:
    """Why no pool can have this name, "" where one can: the words of its own layout are taken."""
    if not name[0].isalpha():
        return "the name of a pool begins with a letter"
    reserved = re.match(r"mirror|raidz|draid|spare|log$|c[0-9]", name)
    return f"'{reserved[0]}' at its beginning is a word of zpool's" if reserved else ""


def zfs_name(volume: Volume, one: Managed) -> str:
    """The dataset of a volume."""
    return str(one.options.get("dataset") or f"{volume.on}/{volume.name}")


def chosen_id(studio: str, machine: str, volume: str) -> str:
    """The UUID that a file system gets when we make it; the same for ever, whoever asks."""
    return str(uuid.uuid5(_NAMESPACE, f"{studio}/{machine}/{volume}"))


def chosen_btrfs_id(studio: str, machine: str, array: str) -> str:
    """The UUID that a btrfs of several disks gets when we make it."""
    return str(uuid.uuid5(_NAMESPACE, f"{studio}/{machine}/btrfs-filesystem/{array}"))


def chosen_array_id(studio: str, machine: str, array: str) -> str:
    """The UUID that an array gets when we make it; never that of a volume of the same name."""
    return array_id(str(uuid.uuid5(_NAMESPACE, f"{studio}/{machine}/md-array/{array}")))
