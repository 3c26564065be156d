"""The machines' root file systems: built once with mmdebstrap and cached under a hash of their recipe."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lab.machines import busybox, debian, places, samba, sources
from tests.lab.machines.command import LabError, run

# Raise it when the code that shapes a root changes in a way its packages and files do not show.
EDITION = 1
#: Those of samba go on top of the Debian root.
PACKAGES = {
    "debian": debian.PACKAGES,
    "busybox": busybox.PACKAGES,
    "samba": (*debian.PACKAGES, *samba.PACKAGES, *samba.MASKED),
}
SECONDS = {"debian": 25, "busybox": 5, "samba": 15}
VARIANTS = {"debian": "minbase", "busybox": "extract"}
FILES = Path(__file__).parent / "files"


def recipe(userland: str, lines: list[str]) -> str:
    """Return the hash that names a root: it changes with the packages, the sources and the files put in."""
    files = {file.name: file.read_text() for file in sorted(FILES.iterdir())}
    parts = [EDITION, userland, PACKAGES[userland], lines, files]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def built(userland: str, say: Callable[[str], None]) -> Path:
    """Return the root of that userland (`debian`, `busybox` or `samba`), building it the first time."""
    entries = sources.host_entries()
    lines = [entry.line for entry in entries]
    place = places.roots() / f"{userland}-{recipe(userland, lines)}"
    if place.is_dir():
        place.touch()
        return place
    below = built("debian", say) if userland == "samba" else None
    say(f"building the {userland} root, once (about {SECONDS[userland]} s)…")
    places.roots().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=places.roots()) as scratch:
        raw, finished = Path(scratch, "raw"), Path(scratch, "root")
        if below is None:
            bootstrap(userland, lines, raw)
        if below is not None:
            samba.furnish(below, finished)
        elif userland == "debian":
            debian.furnish(raw, FILES)
            raw.rename(finished)
        else:
            busybox.furnish(raw, finished, FILES)
        finished.chmod(0o755)
        finished.rename(place)
    return place


def prune() -> None:
    """Drop roots of older recipes, but for the last one: two checkouts may take turns. Nothing may run."""
    for userland in PACKAGES:
        found = sorted(places.roots().glob(f"{userland}-*"), key=lambda path: path.stat().st_mtime)
        for older in found[:-2]:
            shutil.rmtree(older, ignore_errors=True)


def bootstrap(userland: str, lines: list[str], target: Path) -> None:
    """Make the raw root of a userland in TARGET; raises LabError with mmdebstrap's last words."""
    install(userland, VARIANTS[userland], PACKAGES[userland], lines, target)


def install(name: str, variant: str, packages: Sequence[str], lines: list[str], target: Path, *more: str) -> None:
    """Run mmdebstrap into TARGET, with MORE of its options; raises LabError with its last words."""
    listing = target.with_name("apt.list")
    listing.write_text("\n".join(lines) + "\n")
    options = [f"--aptopt={option}" for option in sources.host_options()]
    options += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale")]
    try:
        run(
            "mmdebstrap",
            "--quiet",
            "--mode=root",
            "--format=directory",
            f"--variant={variant}",
            f"--include={','.join(packages)}",
            '--aptopt=APT::Install-Recommends "false";',
            *options,
            *more,
            sources.SUITE,
            str(target),
            str(listing),
            timeout=1800,
        )
    except LabError as error:
        raise LabError(f"the {name} root could not be built from {lines[0]}\n{error}") from error
