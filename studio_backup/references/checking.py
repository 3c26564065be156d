"""A folder beside all that its sessions name: what is in it, elsewhere, nowhere, and what nobody can tell."""

from __future__ import annotations

import errno
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from studio_backup.references.named import DamagedError, Named
from studio_backup.references.reading import OPAQUE, READERS, is_backup, named_in

INSIDE, OUTSIDE, MISSING, LIBRARY = "inside", "outside", "missing", "library"
#: Names that no folder can have, and what nobody lets us see: elsewhere, whatever it is.
_NO_NAME, _HIDDEN = (errno.ENAMETOOLONG, errno.EINVAL), (errno.EACCES, errno.EPERM)
#: In place of a program.
_LINK = "a link to a folder elsewhere"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One file that a session names: as it names it, where that is, and what of it is known."""

    path: str
    state: str  # inside | outside | missing | library
    size: int | None = None  # bytes; None where it is not to be seen from here


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One session file of the folder. `damaged`: why what it names is not known; `opaque`: nobody reads it here."""

    path: str  # relative to the folder
    program: str
    found: tuple[Found, ...] = ()
    damaged: str = ""
    opaque: bool = False

    @property
    def whole(self) -> bool:
        """True where all that it names is in the folder, or belongs to a library."""
        return not (self.opaque or self.damaged or self.lacking)

    @property
    def borrowed(self) -> int:
        """How many files are of libraries, and neither looked for nor in an archive of the folder."""
        return sum(one.state == LIBRARY for one in self.found)

    @property
    def lacking(self) -> tuple[Found, ...]:
        """What an archive of the folder would not have."""
        return tuple(one for one in self.found if one.state in (OUTSIDE, MISSING))


@dataclass
class _Folder:
    """What is in a folder, by names that mean the same on every system."""

    root: Path
    names: dict[str, Path] = field(default_factory=dict)

    def sessions(self) -> Iterator[Path]:
        """Every session file, the folders that are one to their program, and links to folders elsewhere; sorted."""
        for path in _below(self.root):
            relative = path.relative_to(self.root)
            self.names[_alike(str(relative))] = path
            ending, folder = path.suffix.lower(), path.is_dir()
            leads_out = folder and path.is_symlink() and not self.holds(path)
            if leads_out or ((ending in OPAQUE or (ending in READERS and not folder)) and not is_backup(str(relative))):
                yield path

    def holds(self, path: Path) -> bool:
        """True where it is in the folder itself: where a link leads to is where the file is."""
        return path.resolve().is_relative_to(self.root)

    def at(self, path: Path) -> Path | None:
        """The file that stands there, however its name is composed."""
        if path.is_file():
            return path
        try:
            relative = path.relative_to(self.root)
        except ValueError:
            return None
        other = self.names.get(_alike(str(relative)))
        return other if other is not None and other.is_file() else None


def check(folder: Path) -> list[Checked]:
    """Every session in the folder. Raises OSError where it cannot be read: unread is not absent."""
    inside = _Folder(folder.resolve(strict=True))
    return [_checked(inside, path) for path in list(inside.sessions())]


def _below(folder: Path) -> Iterator[Path]:
    """Everything in a folder and the folders in it, sorted; one that cannot be read is an error, and no empty one."""
    ahead = sorted(folder.iterdir(), reverse=True)
    while ahead:  # no calls within calls: folders may be nested deeper than those can be
        path = ahead.pop()
        yield path
        if path.is_dir() and not path.is_symlink():
            ahead += sorted(path.iterdir(), reverse=True)


def _checked(inside: _Folder, path: Path) -> Checked:
    name, ending = str(path.relative_to(inside.root)), path.suffix.lower()
    if path.is_dir() and ending not in OPAQUE:
        return Checked(path=name, program=_LINK, opaque=True)
    if ending in OPAQUE:
        return Checked(path=name, program=OPAQUE[ending], opaque=True)
    program = READERS[ending][0]
    if not path.is_file():
        return Checked(path=name, program=program, damaged="it is no file, or a link to none")
    try:
        with path.open("rb") as file:
            named = named_in(ending, file)
    except DamagedError as error:
        return Checked(path=name, program=program, damaged=str(error))
    found = [_found(inside, path, one) for one in named]
    if not inside.holds(path):
        found = [Found(path=str(path.resolve()), state=OUTSIDE, size=path.stat().st_size), *found]
    return Checked(path=name, program=program, found=tuple(found))


def _found(inside: _Folder, session: Path, named: Named) -> Found:
    if named.member:
        return Found(path=named.path, state=MISSING)
    if named.foreign:  # a drive of another system: wherever that is, it is not this folder
        return Found(path=named.path, state=LIBRARY if named.library else OUTSIDE)
    try:
        there = next(_places(inside, session, named), None)
    except OSError as error:
        if error.errno in _HIDDEN and not Path(error.filename).is_relative_to(inside.root):
            return Found(path=named.path, state=LIBRARY if named.library else OUTSIDE)
        if error.errno not in _NO_NAME:
            raise
        there = None
    if there is None:
        return Found(path=named.path, state=LIBRARY if named.library else MISSING)
    state = INSIDE if inside.holds(there) else LIBRARY if named.library else OUTSIDE
    return Found(path=named.path, state=state, size=there.stat().st_size)


def _places(inside: _Folder, session: Path, named: Named) -> Iterator[Path]:
    """Every file that it may be, the surest first."""
    base = _project(inside.root, session) if named.base == "project" else session.parent
    for folder in [base, *(one for pattern in named.search for one in sorted(base.glob(pattern)))]:
        # Without following links: `..` in the name means the folder above, as the program took it.
        found = inside.at(Path(_tidy(folder / named.path)))
        if found is not None:
            yield found


def _tidy(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts[1:] = parts[1:-1]
        else:
            parts.append(part)
    return str(Path(*parts))


def _project(root: Path, session: Path) -> Path:
    """Live's project: the nearest folder above with its own folder in it."""
    for folder in (session.parent, *session.parent.parents):
        if (folder / "Ableton Project Info").is_dir():
            return folder
        if folder == root:
            break
    return session.parent


def _alike(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
