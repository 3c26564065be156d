"""Folders and files as `find`, `ls -l` and `cat` show them on every system: type, mode, owner, size, text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio_backup.absence import ABSENT
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable

#: `show NAMES` prints what stands at each line of NAMES, the names of the plain files among them, closed by an empty
#: one, and all bytes of those files one after another. One write a list: every write is a packet.
SHOW = r"""show() {
  IFS='
'; set -f
  set -- $1
  [ $# -gt 0 ] || return 0
  plain=
  for name do
    case $name in /*) ;; *) printf '%s: there is a line break in a name\n' "$name" >&2; exit 1 ;; esac
    if [ -f "$name" ] && [ ! -L "$name" ]; then plain="$plain$name
"; fi
  done
  ls -ld "$@"
  set -- $plain
  printf 'text\t%s\n' "$@" ''
  [ $# -eq 0 ] || cat "$@"
}"""

#: Lists every folder named in "$@": what is in it, and each file with its text. One that is neither a folder nor
#: proven absent is unread; so is a link, since `find` would see nothing behind it.
FOLDERS = rf"""{ABSENT}
{SHOW}
for folder do
  shift
  if [ -d "$folder" ] && [ ! -L "$folder" ]; then printf 'folder\t%s\n' "$folder"; set -- "$@" "$folder"
  elif [ ! -L "$folder" ] && absent "$folder"; then printf 'absent\t%s\n' "$folder"
  else printf 'unread\t%s\n' "$folder"; fi
done
if [ $# -gt 0 ]; then names=$(find "$@"); show "$names"; fi
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
    """A file with its text; None for what is no plain file."""

    listed: Listed
    text: str | None

    def content(self) -> str:
        """The text, or in brackets why there is none: such a content equals no file that we write."""
        return f"(no plain file: type {self.listed.type})" if self.text is None else self.text


@dataclass(frozen=True)
class Listing:
    """A whole listing: files by path, the folders that it is about, those that it could not read, and what the reply
    says after it."""

    files: Mapping[str, File]
    folders: frozenset[str]
    unread: frozenset[str]
    rest: str


def find(reply: Reply, folder: str, path: str) -> File | None:
    """What stands at a path below `folder`; None when it is proven absent; raises Unparsable otherwise."""
    found = listing(reply)
    if folder in found.unread:
        raise Unparsable(f"{folder} is there and cannot be read")
    if folder not in found.folders:
        raise Unparsable(f"{folder} is not in the listing")
    return found.files.get(path)


@lru_cache(maxsize=64)
def listing(reply: Reply) -> Listing:
    """Read what FOLDERS prints, up to its closing line `complete`; raises Unparsable when it does not get that far."""
    if reply.exit:
        raise Unparsable(reply.err.strip() or "the listing ended early")
    data = reply.out.encode("utf-8", "surrogateescape")
    entries: dict[str, Listed] = {}
    texts: dict[str, bytes] = {}
    folders: set[str] = set()
    unread: set[str] = set()
    plain: list[str] = []
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        line, at = data[at:end].decode("utf-8", "surrogateescape"), end + 1
        word, _, rest = line.partition("\t")
        if line == "complete":
            files = {path: File(entry, _text(entry, texts)) for path, entry in entries.items()}
            return Listing(files, frozenset(folders), frozenset(unread), data[at:].decode("utf-8", "surrogateescape"))
        if word in ("folder", "absent") and rest:
            folders.add(rest)
        elif word == "unread":
            unread.add(rest)
        elif word == "text" and rest in entries:
            plain.append(rest)
        elif line == "text\t":
            for path in plain:
                texts[path], at = data[at : at + entries[path].size], at + entries[path].size
            plain.clear()
        else:
            entry = listed(line)
            if entry.path in entries:  # a name with a newline in it can spell a second line
                raise Unparsable(f"{entry.path} is listed twice")
            entries[entry.path] = entry
    raise Unparsable("the listing ended early")


def _text(entry: Listed, texts: Mapping[str, bytes]) -> str | None:
    if entry.type != "-":
        return None
    text = texts.get(entry.path, b"")
    if len(text) != entry.size:
        raise Unparsable(f"{entry.path} was not read whole")
    return text.decode("utf-8", "surrogateescape")
