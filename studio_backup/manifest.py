"""The manifest: on every machine, one small file for each thing that we made there, written before it is made.

An entry says which studio owns the thing, the spec file that asked for it, and a hash of what was written. A lost, cut
or edited entry is no entry: then only an owner mark with equal content counts as ours (design section 8).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio_backup.lock import REPORT
from studio_backup.paths import LAYOUTS, STATE, below
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable
from studio_backup.resources.listing import FOLDERS, listing
from studio_backup.windows.answers import document, documents

FOLDER = f"{STATE}/manifest"

#: Who holds the lock, and the generation.
LOCK = Probe(script=f"{REPORT}\nprintf 'complete\\n'")
#: The entries of all studios; every folder that is read whole is read by the same fragment.
ENTRIES = Probe(script=FOLDERS, args=(FOLDER,))
PROBES = (LOCK, ENTRIES)
#: The same as each kind of system is asked: only the folder is another one.
PROBES_OF = {os: (LOCK, Probe(script=FOLDERS, args=(f"{LAYOUTS[os].state}/manifest",))) for os in ("linux", "macos")}
_WINDOWS = "\n".join(map(shipped, ("holding.ps1", "windows-standing.ps1", "manifest.ps1")))
PROBES_OF["windows"] = (
    Probe(script=f"{_WINDOWS}\nRead-Holder -State $Words[0]", args=(LAYOUTS["windows"].state,)),
    Probe(script=f"{_WINDOWS}\nRead-Entries -State $Words[0]", args=(LAYOUTS["windows"].state,)),
)


@dataclass(frozen=True)
class Entry:
    """What one entry says. `digest` is `Resource.digest()` of what was written."""

    studio: str
    address: str
    source: str
    digest: str


@dataclass(frozen=True)
class Manifest:
    """All whole entries of a machine by (studio, address), who holds its lock, and its generation."""

    entries: Mapping[tuple[str, str], Entry]
    damaged: tuple[str, ...]
    holder: str
    generation: str


def entry_path(studio: str, address: str) -> str:
    """The file of an entry, below our state folder."""
    return f"manifest/{_name(studio, address)}"


def _name(studio: str, address: str) -> str:
    """A hash, so that nothing in an address reaches a path."""
    return f"{hashlib.sha256(f'{studio} {address}'.encode()).hexdigest()[:24]}"


def entry_text(entry: Entry) -> str:
    """What stands in the file: `key<TAB>value` lines, closed by a check sum line that a cut file lacks."""
    body = f"studio\t{entry.studio}\naddress\t{entry.address}\nsource\t{entry.source}\ndigest\t{entry.digest}\n"
    return f"{body}check\t{_check(body)}\n"


def _check(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def parse(lock: Reply | Unanswered, listed: Reply | Unanswered) -> Manifest | None:
    """The manifest from the answers to LOCK and ENTRIES; None when one of them could not be read whole."""
    if isinstance(lock, Unanswered) or lock.exit or not lock.out.endswith("complete\n"):
        return None
    if isinstance(listed, Unanswered):
        return None
    try:
        found = listing(listed)
    except Unparsable:
        return None
    folder = next((one for probes in PROBES_OF.values() for one in probes[1].args if one in found.folders), None)
    if folder is None:
        return None
    holder = re.search(r"^lock\t(.*)$", lock.out, re.MULTILINE)
    generation = re.search(r"^generation\t(.*)$", lock.out, re.MULTILINE)
    files = {path: file.text for path, file in found.files.items() if path.startswith(f"{folder}/")}
    texts = {path: text for path, text in files.items() if text is not None}
    return _manifest(texts, holder[1] if holder else "", generation[1].strip() if generation else "")


def parse_windows(lock: Reply | Unanswered, listed: Reply | Unanswered) -> Manifest | None:
    """The same from what a Windows system answers."""
    if isinstance(lock, Unanswered) or isinstance(listed, Unanswered):
        return None
    try:
        told = document(lock)
        files = documents(document(listed)["entries"])
        texts = {below(LAYOUTS["windows"].state, "manifest", str(file["name"])): str(file["text"]) for file in files}
        return _manifest(texts, str(told["holder"]), str(told["generation"]))
    except (Unparsable, KeyError):
        return None


#: What reads the answers to those probes.
PARSE_OF = {"linux": parse, "macos": parse, "windows": parse_windows}


def _manifest(texts: Mapping[str, str], holder: str, generation: str) -> Manifest:
    """What stands in files by their paths. An entry under another name than its own is damaged."""
    entries: dict[tuple[str, str], Entry] = {}
    damaged: list[str] = []
    for path, text in texts.items():
        entry = _entry(text)
        if entry is None or path.replace("\\", "/").rpartition("/")[2] != _name(entry.studio, entry.address):
            damaged.append(path)
        else:
            entries[entry.studio, entry.address] = entry
    return Manifest(entries, tuple(damaged), holder, generation)


def _entry(text: str) -> Entry | None:
    body, _, check = text.rpartition("check\t")
    if check.strip() != _check(body):
        return None
    values = dict(line.split("\t", 1) for line in body.split("\n") if "\t" in line)
    try:
        return Entry(values["studio"], values["address"], values["source"], values["digest"])
    except KeyError:
        return None
