"""robocopy.exe: really copies between drives and shares, and reports as it was recorded to (windows.md 3.2 and 3.3).

Classes, exit bits, retries of what is in use, the places of numbers in the summary, /L, /UNILOG. What it does with
links under /XJ, and its texts in German, are UNVERIFIED.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.registry import Native, native

#: Words by the language of Windows: the error's, the summary's labels, and what it says when it gives a file up.
WORDS = {
    "en-US": ("ERROR", ("Dirs", "Files", "Bytes", "Times"), "Copying File", "ERROR: RETRY LIMIT EXCEEDED."),
    "de-DE": ("FEHLER", ("Verzeich.", "Dateien", "Bytes", "Zeiten"), "Datei wird kopiert", "FEHLER: MAX. VERSUCHE."),
}
TEXTS = {
    5: "Access is denied.",
    32: "The process cannot access the file because it is being used by another process.",
    53: "The network path was not found.",
    64: "The specified network name is no longer available.",
    112: "There is not enough space on the disk.",
}
_LINE = "-" * 78
_KNOWN = ("/R:", "/W:", "/XJ", "/COPY:", "/DCOPY:", "/NP", "/BYTES", "/IPG:", "/UNILOG:", "/L", "/FFT", "/A-:")
_READ = 1


@dataclass
class Run:
    """One call: what it was told, what it says, and the numbers of its summary (total copied skipped mismatch failed
    extras, of folders, files and bytes)."""

    native: Native
    source: str
    target: str
    names: list[str]
    options: dict[str, str]
    lines: list[str] = field(default_factory=list)
    files: list[int] = field(default_factory=lambda: [0] * 6)
    bytes: list[int] = field(default_factory=lambda: [0] * 6)
    made: int = 0

    @property
    def words(self) -> tuple[str, tuple[str, ...], str, str]:
        """In the language of this Windows."""
        return WORDS[str(self.native.state.get("language", "en-US"))]

    def stamp(self) -> str:
        """The moment at the beginning of an error."""
        return self.native.windows.now.strftime("%Y/%m/%d %H:%M:%S")

    def error(self, number: int, what: str) -> None:
        """Two lines about what went wrong."""
        self.lines.append(f"{self.stamp()} {self.words[0]} {number} (0x{number:08X}) {what}")
        self.lines.append(TEXTS.get(number, f"Error {number}."))


@native("robocopy.exe")
def robocopy(call: Native) -> int:
    """Copies the named files of one folder; where a test has it end early, nothing, as if somebody had ended it."""
    if "robocopy-ended" in call.windows.state["lies"]:
        return int(call.windows.state["lies"]["robocopy-ended"])
    run = _told(call)
    if run is None:
        return 16
    run.lines += [_LINE, "   ROBOCOPY     ::     Robust File Copy for Windows", _LINE, "",
                  f"   Source : {_ended(run.source)}", f"     Dest : {_ended(run.target)}", "",
                  f"    Files : {' '.join(run.names)}", "", _LINE, ""]  # fmt: skip
    code = _copy_folder(run)
    if code != 16:
        _summary(run)
    _report(run)
    return code


def _told(call: Native) -> Run | None:
    words = [word for word in call.arguments if not word.startswith("/")]
    options: dict[str, str] = {}
    for word in call.arguments:
        if not word.startswith("/"):
            continue
        known = next(
            (one for one in _KNOWN if word.upper() == one or (one[-1] == ":" and word.upper().startswith(one))), ""
        )
        if not known:
            raise NotKnown(f"robocopy {word}")
        options[known] = word[len(known) :]
    if len(words) < 2:
        call.say(f"ERROR : No Destination Directory Specified. {words}")
        return None
    # It is given plain paths: Windows drops dots and blanks at the end of each name in them (of robocopy: UNVERIFIED).
    source, target = map(call.shell.process.full_path, words[:2])
    return Run(call, source, target, words[2:] or ["*.*"], options)


def _ended(path: str) -> str:
    return path.rstrip("\\") + "\\"


def _copy_folder(run: Run) -> int:
    drives = run.native.windows.drives
    source = drives.find(_ended(run.source))
    if source is None or not source.is_dir():
        run.error(2, f"Accessing Source Directory {_ended(run.source)}")
        return 16
    target = _target(run)
    if target is None:
        return 16
    there = set(drives.names(target)) if target.is_dir() else set()
    chosen = [name for name in drives.names(source) if _fits(run, name) and not (source / _real(name)).is_dir()]
    run.lines.append(f"\t{'':>18}{len(chosen)}\t{_ended(run.source)}")
    upper = {name.upper() for name in chosen}
    for name in sorted(there):
        if _fits(run, name) and name.upper() not in upper and (target / _real(name)).is_file():
            size = (target / _real(name)).stat().st_size
            run.files[5], run.bytes[5] = run.files[5] + 1, run.bytes[5] + size
            run.lines.append(f"\t  *EXTRA File \t\t{size}\t{name}")
    for name in chosen:
        if "/XJ" in run.options and (source / _real(name)).is_symlink():
            continue
        _one(run, source, target, name)
    if "T" in run.options.get("/DCOPY:", "DA") and "/L" not in run.options and target.is_dir():
        shutil.copystat(source, target)
    return (
        (1 if run.files[1] else 0)
        | (2 if run.files[5] else 0)
        | (4 if run.files[3] else 0)
        | (8 if run.files[4] else 0)
    )


def _target(run: Run) -> Path | None:
    """The folder where it writes, made where it is not there."""
    drives = run.native.windows.drives
    found = drives.find(_ended(run.target))
    if found is not None or "/L" in run.options:
        return found or Path("/nonexistent")
    try:
        drives.gate(_ended(run.target), "write")
        place = drives.place(_ended(run.target))
        place.mkdir()
    except (NetError, OSError):
        run.error(3, f"Creating Destination Directory {_ended(run.target)}")
        return None
    run.made = 1
    return place


def _fits(run: Run, name: str) -> bool:
    """Brackets are plain letters to Windows, and `*.*` fits every name."""
    return any(pattern == "*.*" or _pattern(pattern).fullmatch(name) for pattern in run.names)


@lru_cache(maxsize=10_000)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE | re.DOTALL)


def _real(name: str) -> str:
    from tests.sim.windows.powershell.unicode import joined

    return joined(name)


def _one(run: Run, source: Path, target: Path, name: str) -> None:
    here, drives = source / _real(name), run.native.windows.drives
    size = here.stat().st_size
    run.files[0], run.bytes[0] = run.files[0] + 1, run.bytes[0] + size
    there = drives.find(_ended(run.target) + name)
    if there is not None and there.is_dir():
        run.files[3], run.bytes[3] = run.files[3] + 1, run.bytes[3] + size
        run.lines.append(f"\t*MISMATCH\t\t{size}\t{name}")
        return
    kind = _class(here, there, 2.0 if "/FFT" in run.options else 0.0)
    if kind == "same":
        run.files[2], run.bytes[2] = run.files[2] + 1, run.bytes[2] + size
        return
    run.lines.append(f"\t    {kind:<10}\t\t{size}\t{name}")
    moved = "/L" in run.options or _carried(run, here, there or target / _real(name), name)
    column = 1 if moved else 4
    run.files[column], run.bytes[column] = run.files[column] + 1, run.bytes[column] + size


def _class(here: Path, there: Path | None, tolerance: float) -> str:
    if there is None:
        return "New File"
    apart = here.stat().st_mtime - there.stat().st_mtime
    if abs(apart) > tolerance:
        return "Newer" if apart > 0 else "Older"
    return "same" if here.stat().st_size == there.stat().st_size else "Changed"


def _carried(run: Run, here: Path, there: Path, name: str) -> bool:
    """Copied, at the first attempt or a later one."""
    windows = run.native.windows
    retries, seconds = int(run.options.get("/R:", "1000000")), int(run.options.get("/W:", "30"))
    for attempt in range(retries + 1):
        number = _attempt(run, here, there, name)
        if number == 0:
            return True
        run.error(number, f"{run.words[2]} {_ended(run.source)}{name}")
        if attempt < retries:
            run.lines.append(f"Waiting {seconds} seconds... Retrying...")
            windows.scheduler.sleep(run.native.shell.process, timedelta(seconds=seconds))
    run.lines += ["", run.words[3], "", ""]
    return False


def _attempt(run: Run, here: Path, there: Path, name: str) -> int:
    """0, or the number of the error of Windows."""
    windows = run.native.windows
    if any(not handle.share & _READ for handle in windows.open_files.get(str(here), ())):
        return 32
    try:
        windows.drives.gate(_ended(run.source) + name, "read")
        windows.drives.gate(_ended(run.target) + name, "write")
        windows.room(_ended(run.target) + name, here.stat().st_size)
        shutil.copyfile(here, there)
    except NetError as error:
        return error.hresult & 0xFFFF
    os.utime(there, ns=(here.stat().st_atime_ns, here.stat().st_mtime_ns))
    kept = windows.drives.attributes.get(str(here))
    if kept and "A" in run.options.get("/COPY:", "DAT"):
        windows.drives.attributes[str(there)] = set(kept)
    return 0


def _summary(run: Run) -> None:
    folders = [1, run.made, 1 - run.made, 0, 0, 0]
    run.lines += ["", _LINE, "", "               Total    Copied   Skipped  Mismatch    FAILED    Extras"]
    for label, row in zip(run.words[1], (folders, run.files, run.bytes), strict=False):
        run.lines.append(f"{label:>8} :" + "".join(f"{number:>10}" for number in row))
    run.lines += [f"{run.words[1][3]:>8} :   0:00:00   0:00:00                       0:00:00   0:00:00", ""]


def _report(run: Run) -> None:
    text = "".join(f"{line}\r\n" for line in run.lines)
    path = run.options.get("/UNILOG:")
    if path is None:
        run.native.out += run.lines
        return
    run.native.say(f" Log File : {path}")
    full = run.native.shell.process.full_path(path)
    run.native.windows.drives.place(full).write_bytes(b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"))
