"""What proves and names things outside the spec: host keys, addresses, users, mailboxes, disks, file systems."""

from __future__ import annotations

import base64
import binascii
import re

from studio_backup.spec.wording import MalformedError, shorten

_ADDRESS = re.compile(r"[A-Za-z0-9:]([A-Za-z0-9.:_%-]{0,252}[A-Za-z0-9:.])?")
_MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}(@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@\\-]{0,63}")
_KEY_TYPES = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_UNSTABLE = re.compile(
    r"(/dev/)?(sd[a-z]+[0-9]*|hd[a-z][0-9]*|vd[a-z]+[0-9]*|nvme[0-9]+n[0-9]+(p[0-9]+)?|r?disk[0-9]+(s[0-9]+)?|"
    r"mmcblk[0-9]+(p[0-9]+)?|dm-[0-9]+|md(/.+|[0-9]+)|[A-Za-z]:\\?|\\\\\.\\.*|PhysicalDrive[0-9]+)",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,126}")
_VOLUME_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,63}")


def check_host_key(text: str) -> None:
    """Type and base64; the base64 must hold a key of that type."""
    fix = "copy the line of its /etc/ssh/ssh_host_ed25519_key.pub"
    kind, _, rest = text.partition(" ")
    if kind not in _KEY_TYPES:
        raise MalformedError(f"'{shorten(text, 40)}' is not a host key: it begins with its type and base64", fix)
    encoded = rest.split(" ", 1)[0]
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError(f"the base64 of this {kind} host key is damaged", fix) from None
    prefix = len(kind).to_bytes(4, "big") + kind.encode()
    if not blob.startswith(prefix) or (kind == "ssh-ed25519" and len(blob) != len(prefix) + 4 + 32):
        raise MalformedError(f"the base64 of this host key does not hold a whole {kind} key", fix)


def check_address(text: str) -> None:
    """An address must not read as an option, a user or a port."""
    if not _ADDRESS.fullmatch(text):
        raise MalformedError(
            f"'{shorten(text)}' is not an address",
            "write an IP address or a host name; user and port have keys of their own",
        )


def check_user(text: str) -> None:
    """A login name."""
    if not _USER.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is not a user name", "write the login name alone")


def check_identity(text: str) -> None:
    """The key's path, never the key."""
    if not text.startswith(("/", "~")) or not text.isprintable():
        raise MalformedError(
            f"'{shorten(text, 30)}' is not the path of a private key",
            "write an absolute path or one that begins with ~/",
        )


def check_disk_identity(text: str) -> None:
    """Serial numbers and by-id names stay with the disk; device names change with every boot."""
    if _UNSTABLE.fullmatch(text):
        raise MalformedError(
            f"'{shorten(text)}' is a device name, and those change with every boot",
            "name the disk by serial:, or by id: with its name in /dev/disk/by-id",
        )
    if not _IDENTITY.fullmatch(text):
        raise MalformedError(
            f"'{shorten(text)}' is not a serial number or a by-id name",
            "write it as `ls /dev/disk/by-id` shows it, without the directory",
        )


def check_volume_id(text: str) -> None:
    """A file system's UUID or serial number."""
    if not _VOLUME_ID.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is not the id of a file system", "find it with blkid")


def check_mailbox(text: str) -> None:
    """A plain mail address, or a user of the machine; it stands in a letter's head and in a shell's assignment."""
    if not _MAILBOX.fullmatch(text):
        raise MalformedError(f"'{shorten(text)}' is no mail address", "write owner@studio.example, or a user there")
