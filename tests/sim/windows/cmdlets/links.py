"""What PowerShell adds to a file or folder: whether it is a link, and no other kind of reparse point."""

from __future__ import annotations

from tests.sim.windows.dotnet.files import DirectoryInfo, FileInfo, FileSystemInfo


def _link_type(info: FileSystemInfo) -> str | None:
    if not info.real.is_symlink():
        return None
    return "Junction" if info.real.is_dir() else "SymbolicLink"


for _kind in (FileInfo, DirectoryInfo):
    _kind.look_for_link = _link_type  # type: ignore[union-attr]
    _kind.net_properties["linktype"] = "look_for_link"
