"""What a machine of the made-up studio answers when nothing is to change, written from what the spec compiles to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.studio import STUDIO
from studio_backup.manifest import ENTRIES, LOCK, Entry, entry_path, entry_text
from studio_backup.paths import UNITS
from studio_backup.probe import Probe, end_mark, merge
from studio_backup.resource import Resource
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.sentinel import Sentinel
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.resources.volume import Volume
from studio_backup.survey import questions

_DATE = "Nov 22 03:54"


def asked(resources: Sequence[Resource]) -> list[Probe]:
    """The questions that a survey of this machine joins into one script."""
    return merge(questions(resources))


def whole_answer(resources: Sequence[Resource], nonce: str) -> tuple[str, str]:
    """Both streams as the joined script prints them on a machine where all of it stands."""
    texts = [text(probe, resources) for probe in asked(resources)]
    return framed(texts, nonce), framed([""] * len(texts), nonce)


def framed(texts: Iterable[str], nonce: str) -> str:
    """One stream of a joined script: the text of every fragment between its marks."""
    parts, ended = [], ""
    for number, text in enumerate(texts):
        parts.append(f"\n{ended}\n<{nonce} {number}>\n{text}")
        ended = f"<{nonce} {number} 0>"
    return "".join([*parts, f"\n{ended}\n{end_mark(nonce)}\n"])


def text(probe: Probe, resources: Sequence[Resource]) -> str:
    """What one fragment prints; the resources that it is about are those that ask it."""
    if probe.script == LOCK.script:
        return "generation\t4d1f0c7e\ncomplete\n"
    if probe.script == ENTRIES.script:
        return _folders(probe.args, resources)
    mine = [one for one in resources if (one.probe().script, one.probe().touches) == (probe.script, probe.touches)]
    match mine[0]:
        case Directory():
            return "".join(_folder_line(one.name, one) for one in mine if isinstance(one, Directory)) + "complete\n"
        case SystemdUnit():
            return _units([one for one in mine if isinstance(one, SystemdUnit)])
        case Volume():
            volumes = [one for one in mine if isinstance(one, Volume)]
            return "".join(f"volume\tright\t{one.id}\t{one.id} {one.name}\n" for one in volumes) + "complete\n"
        case Sentinel():
            sentinels = [one for one in mine if isinstance(one, Sentinel)]
            return "".join(f"root\t{one.name}\nsentinel\t{one.text}\n" for one in sentinels) + "complete\n"
    raise LookupError(f"the made-up studio has nothing of this kind: {mine[0].kind}")


def _folders(folders: Sequence[str], resources: Sequence[Resource]) -> str:
    """The manifest, and our files with the folders that they stand in."""
    recorded = (one for one in resources if one.recorded)
    entries = {entry_path(STUDIO, one.address): (entry_text(_entry(one)), "0600") for one in recorded}
    files = {one.name: (one.text, one.mode) for one in resources if isinstance(one, File)}
    known = {one.name: one for one in resources if isinstance(one, Directory)}
    inside = {path.rpartition("/")[0] for path in (*entries, *files)} | set(folders)
    lines = [_folder_line(name, known.get(name)) for name in sorted(inside)]
    heads = "".join(f"folder\t{folder}\n" for folder in folders)
    return f"{heads}{''.join(lines)}{_shown({**entries, **files})}complete\n"


def _entry(one: Resource) -> Entry:
    return Entry(STUDIO, one.address, one.place.file.rsplit("/", 1)[-1], one.digest())


def _units(units: Sequence[SystemdUnit]) -> str:
    files = {f"{UNITS}/{one.name}": (one.text, one.mode) for one in units}
    states = [
        f"Id={one.name}\nLoadState=loaded\nActiveState={one.active or 'inactive'}\n"
        f"UnitFileState={one.enabled or 'static'}\nDropInPaths=\nNeedDaemonReload=no\n"
        for one in units
    ]
    return f"folder\t{UNITS}\n{_shown(files)}complete\n" + "\n".join(states)


def _shown(files: Mapping[str, tuple[str, str]]) -> str:
    """Plain files by path, as `ls -ld`, their names and `cat` show them."""
    paths = sorted(files)
    lines = [_line("-", files[path][1], len(files[path][0].encode()), path) for path in paths]
    names = [f"text\t{path}\n" for path in paths]
    return "".join([*lines, *names, "text\t\n", *(files[path][0] for path in paths)])


def _folder_line(path: str, folder: Directory | None) -> str:
    return _line("d", folder.mode if folder else "0700", 4096, path, folder.owner if folder else "root")


def _line(kind: str, mode: str, size: int, path: str, owner: str = "root") -> str:
    bits = "".join(("r-"[not n & 4]) + ("w-"[not n & 2]) + ("x-"[not n & 1]) for n in map(int, mode[-3:]))
    return f"{kind}{bits} 1 {owner} root {size} {_DATE} {path}\n"
