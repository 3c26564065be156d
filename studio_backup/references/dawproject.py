"""DAWproject files: a zip with project.xml; what is not external is a member of the zip."""

from __future__ import annotations

import io
import zipfile

from studio_backup.references.named import DamagedError, Named, parsed, slashed


def dawproject(content: bytes) -> list[Named]:
    """Every file that lies outside of it, and every member that lacks."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members, root = set(packed.namelist()), parsed(packed.read("project.xml"))
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, RuntimeError) as error:
        raise DamagedError(f"no whole DAWproject: {error}") from error
    found = []
    for file in root.iter("File"):
        path = file.get("path", "")
        if file.get("external") == "true":
            found.append(Named(slashed(path)))
        elif path and path not in members:
            found.append(Named(path, member=True))
    return found
