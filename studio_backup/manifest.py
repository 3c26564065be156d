"""The manifest: on every machine, one small file for each thing that we made there, written before it is made.

An entry says which studio owns the thing, the spec file that asked for it, and a hash of what was written. A lost, cut
or edited entry is no entry: then only an owner mark with equal content counts as ours (design section 8).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio_backup.absence import ABSENT
from studio_backup.lock import REPORT
from studio_backup.paths import STATE
from studio_backup.probe import Probe, Reply, Unanswered

FOLDER = f"{STATE}/manifest"

#: Lists the entries of all studios, who holds the lock, and the generation, in one go; fails where `find` cannot list.
PROBE = Probe(
    script=rf"""{REPORT}
{ABSENT}
if [ -d {FOLDER} ]; then
  find {FOLDER} -type f -size -8 -exec awk 'FNR == 1 {{ print "file\t" FILENAME }} {{ print "\t" $0 }}' {{}} +
elif absent {FOLDER}; then :
else printf '%s cannot be read\n' {FOLDER} >&2; exit 1; fi
printf 'complete\n'"""
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
    """The file of an entry: its name is a hash, so that nothing in an address reaches a path."""
    return f"{FOLDER}/{hashlib.sha256(f'{studio} {address}'.encode()).hexdigest()[:24]}"


def entry_text(entry: Entry) -> str:
    """What stands in the file: `key<TAB>value` lines, closed by a check sum line that a cut file lacks."""
    body = f"studio\t{entry.studio}\naddress\t{entry.address}\nsource\t{entry.source}\ndigest\t{entry.digest}\n"
    return f"{body}check\t{_check(body)}\n"


def _check(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def parse(reply: Reply | Unanswered) -> Manifest | None:
    """The manifest; None when it could not be read whole."""
    if isinstance(reply, Unanswered) or reply.exit or not reply.out.endswith("complete\n"):
        return None
    holder = re.search(r"^lock\t(.*)$", reply.out, re.MULTILINE)
    generation = re.search(r"^generation\t(.*)$", reply.out, re.MULTILINE)
    entries: dict[tuple[str, str], Entry] = {}
    damaged: list[str] = []
    for path, text in _files(reply.out):
        entry = _entry(text)
        if entry is None or entry_path(entry.studio, entry.address) != path:
            damaged.append(path)
        else:
            entries[entry.studio, entry.address] = entry
    return Manifest(entries, tuple(damaged), holder[1] if holder else "", generation[1].strip() if generation else "")


def _files(output: str) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for line in output.split("\n"):
        if line.startswith("file\t"):
            found.append((line[5:], []))
        elif line.startswith("\t") and found:
            found[-1][1].append(line[1:])
    return [(path, "\n".join(lines) + "\n") for path, lines in found]


def _entry(text: str) -> Entry | None:
    body, _, check = text.rpartition("check\t")
    if check.strip() != _check(body):
        return None
    values = dict(line.split("\t", 1) for line in body.split("\n") if "\t" in line)
    try:
        return Entry(values["studio"], values["address"], values["source"], values["digest"])
    except KeyError:
        return None
