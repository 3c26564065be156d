"""Where the machines' packages come from: the host's own Debian mirrors, else deb.debian.org."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.machines.command import run

SUITE = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
POCKETS = ("", "-updates", "-security")


@dataclass(frozen=True)
class Entry:
    """One place of packages, as a line of sources.list says it."""

    uri: str
    suite: str
    components: tuple[str, ...]
    options: str = ""

    @property
    def line(self) -> str:
        options = f"[{self.options}] " if self.options else ""
        return f"deb {options}{self.uri} {self.suite} main"


DEFAULT = tuple(
    Entry(
        f"http://deb.debian.org/{'debian-security' if pocket == '-security' else 'debian'}",
        SUITE + pocket,
        ("main",),
        f"signed-by={KEYRING}",
    )
    for pocket in POCKETS
)


def one_line_entries(text: str) -> Iterator[Entry]:
    """Read the classic form, `deb [options] URI SUITE COMPONENT…`."""
    for line in text.splitlines():
        found = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line.strip())
        if found:
            yield Entry(found[2], found[3], tuple(found[4].split()), (found[1] or "").strip())


def stanza_entries(text: str) -> Iterator[Entry]:
    """Read the deb822 form: stanzas of `Types: Suites: URIs: Components: Signed-By:`."""
    text = re.sub(r"(?m)^#.*\n?", "", text)
    for stanza in re.split(r"\n\s*\n", text):
        fields = {
            name.lower(): " ".join(value.split())
            for name, value in re.findall(r"(?m)^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)", stanza)
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        signed = fields.get("signed-by", "")
        # A key written into the stanza cannot stand on one line; Debian's own keyring takes its place.
        options = f"signed-by={signed if signed.startswith('/') else KEYRING}"
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Entry(uri, suite, tuple(fields.get("components", "").split()), options)


def debian_entries(found: list[Entry]) -> list[Entry]:
    """Keep the entries that are Debian's own for our suite; the default ones when it is not among them."""
    suites = {SUITE + pocket for pocket in POCKETS}
    ours = [
        entry
        for entry in found
        if entry.suite in suites and "main" in entry.components and entry.uri.startswith("http")
    ]
    return ours if any(entry.suite == SUITE for entry in ours) else list(DEFAULT)


def host_entries(etc: Path = Path("/etc/apt")) -> list[Entry]:
    """Read the host's apt sources and return the lines the machines are built from."""
    found: list[Entry] = []
    for file in (etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))):
        if file.suffix == ".list" and file.is_file():
            found += one_line_entries(file.read_text(errors="replace"))
        elif file.suffix == ".sources" and file.is_file():
            found += stanza_entries(file.read_text(errors="replace"))
    return debian_entries(found)


def host_options() -> list[str]:
    """Return the host's apt options for proxies and retries, which a fresh root would not inherit."""
    kept = []
    for line in run("apt-config", "dump", check=False).stdout.splitlines():
        words = shlex.split(line.rstrip(";"))
        proxy = re.match(r"Acquire::(https?::(Proxy|Verify-Peer|CaInfo)|Check-Valid-Until)", line)
        if proxy and len(words) == 2 and words[1]:
            kept.append(line)
    return ['Acquire::Retries "5";', *kept]
