"""What a machine says of each btrfs that was asked for: where it is mounted, what its tools tell, what carries it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from studio_backup.probe import Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable, whole
from studio_backup.resources.device import CONTENT

#: `find_btrfs UUID`, `each_carrier UUID CALL SMART`, `btrfs_ready UUID` and all that stands before them.
BTRFS = "\n".join((shipped("volume.sh"), CONTENT, *map(shipped, ("disk.sh", "filesystem.sh", "btrfs.sh"))))
SCRIPT = f'{BTRFS}\nlist_btrfs "$@"'

#: Exit statuses that are answers: `balance status` ends with 1 while one is under way.
_ANSWERS = {"balance": (0, 1)}


@dataclass(frozen=True)
class Carrier:
    """A device that carries the file system and is not mounted with it, by its kernel name. `part` is the UUID of its
    place within the file system, `commit` the last one it took part in; both are "" where nobody remembers."""

    device: str
    devid: int | None
    part: str
    commit: int | None
    devices: int | None
    label: str
    content: list[str] = field(default_factory=list)


@dataclass
class Found:
    """One file system. `disks`: designator -> kernel name, "" for no disk; `dark`: device -> asleep or unread."""

    uuid: str
    now: int
    disks: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)  # kernel name -> names below /dev/disk/by-id
    mounted: str | None = None  # its options
    elsewhere: bool = False
    behind: bool = False  # a step of ours goes on
    others: list[str] = field(default_factory=list)  # file systems that are mounted with one of its disks
    quota: str | None = None
    room: tuple[int, int] | None = None  # per cent and MB
    paths: dict[str, str] = field(default_factory=dict)  # as `filesystem show` calls a device -> kernel name
    tools: dict[str, list[str]] = field(default_factory=dict)
    carriers: list[Carrier] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    dark: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=64)
def listing(reply: Reply) -> dict[str, Found]:
    """By the name that each was asked for with; raises Unparsable unless all is whole."""
    found: dict[str, Found] = {}
    links: dict[str, list[str]] = {}
    one: Found | None = None
    now, tool = "", ""
    for line in whole(reply).split("\n")[:-1]:
        word, *rest = line.split("\t")
        if word == "now":
            now = rest[0]
        elif word == "btrfs":
            one = found[rest[0]] = Found(rest[1], _number(now, "date"), links=links)
        elif one is None:
            if link := re.search(r"([^ ]+) -> (?:.*/)?([^/ ]+)$", line):
                links.setdefault(link[2], []).append(link[1])
        elif word == "tool":
            tool = rest[0]
            if int(rest[1]) not in _ANSWERS.get(tool, (0,)):
                one.unread.append(f"btrfs {tool} failed with exit status {rest[1]}")
            one.tools[tool] = []
        elif not word:
            one.tools[tool].append("\t".join(rest))
        else:
            _note(one, word, rest)
    return found


def _note(one: Found, word: str, rest: list[str]) -> None:
    """One fact about a file system."""
    match word, rest:
        case "disk", [designator, device]:
            one.disks[designator] = device
        case "device", [path, device]:
            one.paths[path] = device
        case "mounted", [options, *_]:
            one.mounted = options
        case "other", [uuid]:
            one.others.append(uuid)
        case "behind", []:
            one.behind = True
        case "elsewhere", []:
            one.elsewhere = True
        case "quota", [state]:
            one.quota = state
        case "room", [percent, megabytes]:
            one.room = (_number(percent, word), _number(megabytes, word))
        case "carrier", [device, devid, part, commit, devices, *label]:
            numbers = [None if text == "?" else _number(text, word) for text in (devid, commit, devices)]
            part = "" if part == "?" else part
            one.carriers.append(Carrier(device, numbers[0], part, numbers[1], numbers[2], "\t".join(label)))
        case "fact", [*_] if one.carriers:
            one.carriers[-1].content.append("\t".join(rest))
        case "unread", [reason]:
            one.unread.append(reason)
        case "dark", [device, "asleep" | "unread" as why]:
            one.dark[device] = why
        case _:
            raise Unparsable(f"an answer about btrfs that is not known: {word[:40]}")


def _number(text: str, what: str) -> int:
    if not text.isdigit():
        raise Unparsable(f"no number where one is due ({what}): {text[:40]!r}")
    return int(text)
