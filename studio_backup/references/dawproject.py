"""DAWproject files: a zip with project.xml; what is not external is a member of the zip."""

from __future__ import annotations

import zipfile
import zlib
from lzma import LZMAError
from typing import IO

from studio_backup.references.named import DamagedError, Named, parsed, slashed, whole


def dawproject(file: IO[bytes]) -> list[Named]:
    """Every file that lies outside of it, and every member that lacks."""
    try:
        # Its audio may be in it, gigabytes of it: only what tells of it is read.
        with zipfile.ZipFile(file) as packed, packed.open("project.xml") as project:
            members, root = set(packed.namelist()), parsed(whole(project))
    except (zipfile.BadZipFile, zlib.error, LZMAError, KeyError, OSError, EOFError, RuntimeError, ValueError) as error:
        raise DamagedError(f"no whole DAWproject: {error}") from error
    found = []
    for one in root.iter("File"):
        path = one.get("path", "")
        if one.get("external") == "true":
            found.append(Named(slashed(path)))
        elif path and path not in members:
            found.append(Named(path, member=True))
    return found
