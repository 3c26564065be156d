"""The spec's files: every *.yml and *.yaml of the given paths, read once, in the order of their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio_backup.source import MAX_BYTES, Place, Problem
from studio_backup.spec.load import Loaded, load

SUFFIXES = (".yml", ".yaml")


def load_paths(inventory: Sequence[Path], playbooks: Sequence[Path], *, whole: bool = True) -> Loaded:
    """`load` on files and folders. A missing path or an empty folder is a problem, never an empty spec."""
    problems: list[Problem] = []
    stock = read_paths(inventory, "an inventory", "-i", problems)
    roles = read_paths(playbooks, "playbooks", "-p", problems)
    if problems:
        return Loaded(studio=None, problems=tuple(sorted(problems)))
    return load(stock, roles, whole=whole)


def read_paths(paths: Sequence[Path], title: str, option: str, problems: list[Problem]) -> list[tuple[str, bytes]]:
    """Name and content of every spec file below `paths`; what cannot be read is added to `problems`."""
    texts: dict[str, bytes] = {}
    for path in paths:
        try:
            for file in _files(path):
                with file.open("rb") as stream:
                    texts[str(file)] = stream.read(MAX_BYTES + 1)
        except OSError as error:
            message = f"{title} cannot be read here: {error.strerror or 'not a file or folder'}"
            fix = f"work in the studio's folder, or name another path with {option}"
            problems.append(Problem(Place(str(error.filename or path), 1, 1), "SB112", message, fix))
    return list(texts.items())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if path.exists() and not path.is_file():
            raise OSError(0, "it is neither a file nor a folder", str(path))
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and not file.name.startswith("."))
    regular = [file for file in found if file.is_file()]
    if not regular:
        raise OSError(0, "no *.yml or *.yaml file is in this folder", str(path))
    return regular
