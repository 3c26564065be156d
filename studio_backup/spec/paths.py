"""Paths as the spec writes them, normalised: mount paths, paths on a volume, targets of copies."""

from __future__ import annotations

import re

from studio_backup.spec.name_formats import NAME
from studio_backup.spec.wording import MalformedError, shorten

_DRIVE = re.compile(r"[A-Za-z]:([\\/].*)?")
_TARGET = re.compile(rf"({NAME.pattern}):({NAME.pattern})(?:/(.*))?")
_LONGEST = 1000


def is_windows_path(path: str) -> bool:
    """True for a path that begins with a drive letter."""
    return _DRIVE.fullmatch(path) is not None


def mount_path(text: str) -> str:
    """An absolute path, no `..`, no spare slashes; `S:\\` for a Windows drive. Raises `MalformedError`."""
    _printable(text)
    if is_windows_path(text):
        parts = _parts(text, re.split(r"[\\/]+", text[2:]))
        return text[0].upper() + ":\\" + "\\".join(parts)
    if not text.startswith("/"):
        raise MalformedError(f"the path '{shorten(text)}' is not absolute", f"write '/{text.lstrip('./')}'")
    parts = _parts(text, text.split("/"))
    if not parts:
        raise MalformedError(
            "the root of the system is not a volume for data", "mount the volume at a directory of its own"
        )
    return "/" + "/".join(parts)


def sub_path(text: str) -> str:
    """A path below a volume, no slash at its ends; "" is the volume's root. Raises `MalformedError`."""
    _printable(text)
    path = "/".join(_parts(text, text.split("/")))
    if text.startswith("/") or path.startswith("~") or is_windows_path(path):
        raise MalformedError(
            f"the path '{shorten(text)}' must be relative to its volume", "write it without its beginning"
        )
    return path


def parse_target(text: str) -> tuple[str, str, str]:
    """Machine, volume and path of `MACHINE:VOLUME/PATH`. Raises `MalformedError`."""
    _printable(text)
    found = _TARGET.fullmatch(text)
    if not found:
        fix = "write MACHINE:VOLUME/PATH, as in nas:tank/ws-a/sessions"
        raise MalformedError(f"'{shorten(text)}' is not the target of a copy", fix)
    return found[1], found[2], sub_path(found[3] or "")


def parse_destination(text: str) -> tuple[str, str, str, str]:
    """Kind (drive, account, share or machine), name, volume and path of what another product writes to; of a share,
    its machine, and its name for a volume."""
    kind, _, name = text.partition(":")
    if kind in ("drive", "account") and NAME.fullmatch(name):
        return kind, name, "", ""
    if kind == "share" and (found := re.fullmatch(rf"({NAME.pattern})/({NAME.pattern})", name)):
        return kind, found[1], found[2], ""
    try:
        return ("machine", *parse_target(text))
    except MalformedError as error:
        fix = "write drive:NAME, account:NAME, share:MACHINE/NAME or MACHINE:VOLUME/PATH"
        raise MalformedError(f"'{shorten(text)}' is not the destination of a copy", fix) from error


def inside(inner: str, outer: str) -> bool:
    """True when `inner` is `outer` or lies below it."""
    return inner == outer or inner.startswith(outer.rstrip("/") + "/") or outer == ""


def _printable(text: str) -> None:
    if not text.isprintable():
        raise MalformedError(f"a control character stands in the path {shorten(text)!a}", "delete it")
    if len(text) > _LONGEST:
        raise MalformedError(f"this path is longer than {_LONGEST} characters", "shorten it")


def _parts(text: str, steps: list[str]) -> list[str]:
    # A path on a volume is read by whichever system mounts it: `a\..` climbs on Windows.
    if ".." in re.split(r"[\\/]", text):
        raise MalformedError(f"the path '{shorten(text)}' climbs with '..'", "write where it leads to")
    kept = [step for step in steps if step not in ("", ".")]
    if any(step != step.strip() for step in kept[:1] + kept[-1:]):
        raise MalformedError(f"the path '{shorten(text)}' has a space at an end", "delete the space")
    if kept and kept[0].startswith("-"):
        raise MalformedError(f"the path '{shorten(text)}' begins with a hyphen", "rename the directory")
    return kept
