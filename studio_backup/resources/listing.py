"""Folders and files as `ls -l` and `awk` list them on every system: type, mode, owner, size, text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from studio_backup.absence import ABSENT
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable, whole

#: For `find`: the lines of each file, and how many there are; some awks take a NUL for the end of a line.
TEXTS = r"""-exec wc -l {} + -exec awk 'FNR == 1 { print "text\t" FILENAME } { print "\t" $0 }' {} +"""

#: Lists every folder named in "$@": what is in it, and each file with its text. One that is neither a folder nor
#: proven absent ends the fragment with an error; so does a link, since `find` would see nothing behind it.
FOLDERS = rf"""{ABSENT}
for folder do
  if [ -d "$folder" ] && [ ! -L "$folder" ]; then
    printf 'folder\t%s\n' "$folder"
    find "$folder" -exec ls -ld {{}} + -type f {TEXTS}
  elif [ ! -L "$folder" ] && absent "$folder"; then printf 'absent\t%s\n' "$folder"
  else printf '%s is there and cannot be read\n' "$folder" >&2; exit 1; fi
done
printf 'complete\n'"""


@dataclass(frozen=True)
class Listed:
    """One line of `ls -ld`: type (`-`, `d`, `l`, …), mode as octal text, owner, group, size in bytes, path."""

    type: str
    mode: str
    owner: str
    group: str
    size: int
    path: str


def listed(line: str) -> Listed:
    """Read one `ls -ld` line; raises Unparsable on any other."""
    parts = line.split(None, 8)
    if len(parts) < 9 or len(parts[0]) < 10 or not parts[4].isdigit():
        raise Unparsable(f"not a line of ls: {line[:80]!r}")
    path = parts[8].split(" -> ", 1)[0] if parts[0][0] == "l" else parts[8]
    return Listed(parts[0][0], octal(parts[0][1:10]), parts[2], parts[3], int(parts[4]), path)


def same(seen: str, wanted: str) -> str:
    """What was seen, as the very object that is wanted where the two are equal: a big studio's texts are kept once."""
    return wanted if seen == wanted else seen


def octal(permissions: str) -> str:
    """`rwxr-x---` -> `0750`, with set-uid, set-gid and sticky bits."""
    value = 0
    for index, letter in enumerate(permissions):
        bit = 1 << (8 - index)
        if letter in "rwxst":
            value |= bit
        if letter in "sS":
            value |= 0o4000 if index == 2 else 0o2000
        if letter in "tT":
            value |= 0o1000
    return f"{value:04o}"


@dataclass(frozen=True)
class File:
    """A file with its text; `text` is None when it is not text or not read whole."""

    listed: Listed
    text: str | None

    def content(self) -> str:
        """The text, or in brackets why there is none: such a content equals no file that we write."""
        if self.listed.type != "-":
            return f"(no plain file: type {self.listed.type})"
        return self.text if self.text is not None else f"(not text: {self.listed.size} bytes)"


@lru_cache(maxsize=64)
def read(reply: Reply, folder: str) -> dict[str, File]:
    """Every file below `folder` by path; empty when the folder is proven absent; raises Unparsable otherwise."""
    entries, texts, counts, known = _sections(whole(reply))
    if folder not in known:
        raise Unparsable(f"{folder} is not in the listing")
    inside = {path: entry for path, entry in entries.items() if path.startswith(folder.rstrip("/") + "/")}
    return {path: File(entry, _text(entry, texts.get(path), counts.get(path))) for path, entry in inside.items()}


_COUNT = re.compile(r" *([0-9]+) (/.*|total)")


def _sections(output: str) -> tuple[dict[str, Listed], dict[str, str], dict[str, int], set[str]]:
    """What is listed, the text of each file, how many newlines it holds, and the folders that the listing is about."""
    entries: dict[str, Listed] = {}
    counts: dict[str, int] = {}
    texts: dict[str, list[str]] = {}
    known: set[str] = set()
    current: list[str] = []
    for line in output.split("\n")[:-1]:
        word, _, rest = line.partition("\t")
        if line.startswith("\t"):
            current.append(line[1:])
        elif word in ("folder", "absent") and rest:
            known.add(rest)
        elif word == "text" and rest:
            current = texts.setdefault(rest, [])
        elif count := _COUNT.fullmatch(line):
            counts[count[2]] = int(count[1])
        else:
            entry = listed(line)
            if entry.path in entries:  # a name with a newline in it can spell a second line
                raise Unparsable(f"{entry.path} is listed twice")
            entries[entry.path] = entry
    return entries, {path: "".join(f"{line}\n" for line in lines) for path, lines in texts.items()}, counts, known


def _text(entry: Listed, text: str | None, lines: int | None) -> str | None:
    if entry.type != "-":
        return None
    if entry.size == 0:
        return ""
    if text is None:
        return None
    size = len(text.encode("utf-8", "surrogateescape"))
    if size == entry.size + 1:
        text, size = text[:-1], entry.size  # awk ends the last line, the file may not
    return text if size == entry.size and text.count("\n") == lines else None
