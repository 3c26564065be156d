"""Ableton Live sets: XML in gzip; each SampleRef names its file, and also where that came from, which is no matter."""

from __future__ import annotations

import gzip
import zlib
from typing import IO
from xml.etree.ElementTree import Element

from studio_backup.references.named import DamagedError, Named, parsed, whole

#: What Live calls a path: relative to the project and outside of it, inside, or none at all. Others are of libraries.
_OUTSIDE, _INSIDE, _NOWHERE, _UNSAID = "1", "3", "0", ""


def live(file: IO[bytes]) -> list[Named]:
    """Every sample; those of packs and of Live's own library are named as such."""
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            text = whole(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError(f"no whole gzip: {error}") from error
    root = parsed(text)
    if root.tag != "Ableton":
        raise DamagedError("no Live set: its XML is of something else")
    return [named for sample in root.iter("SampleRef") for ref in sample.findall("FileRef") if (named := _named(ref))]


def _named(ref: Element) -> Named | None:
    kind, relative, absolute = _value(ref, "RelativePathType"), _relative(ref), _value(ref, "Path")
    if not relative and not absolute:
        return None
    if kind in (_OUTSIDE, _INSIDE) and relative:
        return Named(relative, base="project")
    return Named(absolute or relative, base="project", library=kind not in (_OUTSIDE, _INSIDE, _NOWHERE, _UNSAID))


def _relative(ref: Element) -> str:
    """As one value since Live 11; before, folder by folder, an empty one for the way up, and the name beside them."""
    steps = [one.get("Dir") or ".." for one in ref.findall("RelativePath/RelativePathElement")]
    name = _value(ref, "Name")
    return "/".join([*steps, name]) if name else _value(ref, "RelativePath")


def _value(ref: Element, tag: str) -> str:
    child = ref.find(tag)
    return child.get("Value", "") if child is not None else ""
