"""[IO.Directory]."""

from __future__ import annotations

import shutil
from typing import Any

from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.infos import DirectoryInfo
from tests.sim.windows.dotnet.locating import (
    denied,
    existing,
    forget,
    found,
    full_of,
    listed,
    moved,
    not_in_use,
    read_only,
)
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import static
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING


@static("IO.Directory", "Exists")
def _folder_exists(shell: Shell, path: Any) -> bool:
    try:
        real = found(shell, path)[1]
    except NetError:
        return False
    return real is not None and real.is_dir()


@static("IO.Directory", "CreateDirectory")
def _create_folder(shell: Shell, path: Any, security: Any = None) -> Any:
    """With an access list, what is made has it from its first moment; what is there keeps its own."""
    full = full_of(shell, path)
    drives = shell.process.windows.drives
    drives.check_name(full, folder=True)
    drives.gate(full, "write")
    parts, head = full.rstrip("\\").split("\\"), 4 if full.startswith("\\\\") else 1
    if full.upper().startswith("\\\\?\\UNC\\"):
        head = 6
    for end in range(head + 1, len(parts) + 1):
        here = "\\".join(parts[:end])
        real = drives.place(here)
        if real.is_file():
            raise win32(183, f'Cannot create "{here}" because a file or directory with the same name already exists.')
        if not real.exists():
            real.mkdir()
            drives.wrote(real)
            if security is not None:
                shell.process.windows.access.put(here, security.acl(shell.process.windows.access.of(here)))
    if drives.find(full) is None:
        raise NetError(
            "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.", -2147024893
        )
    return DirectoryInfo(shell.process, full)


@static("IO.Directory", "Delete")
def delete_folder(shell: Shell, path: Any, recursive: Any = False) -> Any:
    """Empty, unless all below it goes, too."""
    full, real = found(shell, path, "write")
    if real is None:
        raise NetError(
            "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.", -2147024893
        )
    if real.is_symlink():
        real.unlink()
        return NOTHING
    if real.is_file():
        raise win32(267, "The directory name is invalid.\r\n")
    if recursive is not True and any(real.iterdir()):
        raise win32(145, "The directory is not empty.\r\n")
    not_in_use(shell.process, full, real)
    for below in [real, *real.rglob("*")]:
        if read_only(shell.process, below):
            raise denied(shell.process.windows.drives.windows_path(below))
    shutil.rmtree(real)
    forget(shell.process, real)
    return NOTHING


@static("IO.Directory", "Move")
def _move_folder(shell: Shell, source: Any, target: Any) -> Any:
    full, real = existing(shell, source, "write")
    other = full_of(shell, target)
    if other[:2].upper() != full[:2].upper():
        raise NetError("System.IO.IOException", "Source and destination path must have identical roots. Move will not "
                       "work across volumes.", -2146232800)  # fmt: skip
    place = shell.process.windows.drives.place(other)
    if place.exists() and place != real:
        raise win32(183, f"Cannot create '{other}' because a file or directory with the same name already exists.")
    not_in_use(shell.process, full, real)
    moved(shell.process, real, place)
    return NOTHING


def _lister(*, files: bool, folders: bool) -> Any:
    def listing(shell: Shell, path: Any, pattern: Any = "*", option: Any = 0) -> list[str]:
        deep = number_of(option, "System.IO.SearchOption") == 1
        return list(listed(shell, path, files=files, folders=folders, pattern=to_text(pattern), deep=deep))

    return listing


for _word in ("Get", "Enumerate"):
    static("IO.Directory", f"{_word}Files")(_lister(files=True, folders=False))
    static("IO.Directory", f"{_word}Directories")(_lister(files=False, folders=True))
    static("IO.Directory", f"{_word}FileSystemEntries")(_lister(files=True, folders=True))


@static("IO.Directory", "GetParent")
def _parent(shell: Shell, path: Any) -> Any:
    full = full_of(shell, path).rstrip("\\")
    above = full.rpartition("\\")[0]
    return DirectoryInfo(shell.process, above if len(above) > 2 else f"{above}\\") if above else None
