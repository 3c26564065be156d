"""Every md array of a machine and every disk that was asked for, as sysfs and mdadm tell of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from studio_backup.probe import Reply
from studio_backup.resource import Unparsable, whole
from studio_backup.resources.device import CONTENT

ATTRIBUTES = (
    *("array_state", "level", "raid_disks", "degraded", "chunk_size", "metadata_version", "bitmap/location"),
    *("sync_action", "last_sync_action", "sync_completed", "mismatch_cnt", "component_size"),
)

#: Designators in "$@". An inactive array says nothing of itself in sysfs, and mdadm calls all its members spare: its
#: UUID comes from `--detail --export`, its level from the superblocks. One that was stopped is an empty device for a
#: while. What is used is not read: its disks may sleep.
SCRIPT = rf"""{CONTENT}
if ! command -v mdadm >/dev/null; then printf 'mdadm is not installed\n' >&2; exit 1; fi
if [ -r /proc/mdstat ]; then awk '{{ print "\t" $0 }}' /proc/mdstat; fi
if [ -d /dev/disk/by-id ]; then ls -l /dev/disk/by-id; fi
told() {{ if [ -n "$1" ]; then printf '%s\n' "$1"; else printf 'unread\tmdadm answers nothing\n'; fi; }}
running=' '
for folder in /sys/block/md*/md; do
  [ -d "$folder" ] || continue
  name=${{folder%/md}}; name=${{name##*/}}
  state='?'; read -r state 2>/dev/null <"$folder/array_state" || state='?'
  [ "$state" != clear ] || continue
  printf 'array\t%s\n' "$name"
  for attribute in {" ".join(ATTRIBUTES)}; do
    [ -e "$folder/$attribute" ] || continue
    word='?'; read -r word 2>/dev/null <"$folder/$attribute" || word='?'
    printf 'attribute\t%s\t%s\n' "$attribute" "$word"
  done
  for leg in "$folder"/dev-*; do
    [ -d "$leg" ] || continue
    words=; for attribute in state slot errors; do
      word='?'; read -r word 2>/dev/null <"$leg/$attribute" || word='?'
      words="$words	$word"
    done
    place=$(cd -P "$leg/block" 2>/dev/null && pwd -P) || place=/${{leg##*/dev-}}
    disk=${{place##*/}}
    if [ -e "$place/partition" ]; then disk=${{place%/*}}; disk=${{disk##*/}}; fi
    printf 'leg\t%s\t%s%s\n' "${{place##*/}}" "$disk" "$words"
    case $state in inactive | '?') ;; *) running="$running$disk " ;; esac
  done
  if exported=$(mdadm --detail --export "/dev/$name" 2>&1); then told "$exported"
  else printf 'unread\t%s\n' "$exported"; fi
  code=0; mdadm --detail --test --brief "/dev/$name" >/dev/null 2>&1 || code=$?
  printf 'test\t%s\n' "$code"
  case $state in
    inactive | '?') ;;
    *)
      users=$(device_users "/dev/$name") || users='not known'
      if [ -n "$users" ]; then printf '%s\n' "$users" | awk '{{ all = all (NR > 1 ? ", " : "") $0 }}
        END {{ print "content\tin use: " all }}'
      elif content=$(device_content "/dev/$name"); then printf '%s\n' "$content" | awk '{{ print "content\t" $0 }}'
      fi ;;
  esac
done
for designator do
  code=0; device=; find_device "$designator" || code=$?
  if [ "$code" -ne 0 ]; then printf 'disk\t%s\t?\n' "$designator"; continue; fi
  printf 'disk\t%s\t%s\n' "$designator" "${{device##*/}}"
  [ -n "$device" ] || continue
  sectors='?'; read -r sectors 2>/dev/null <"/sys/class/block/${{device##*/}}/size" || sectors='?'
  printf 'size\t%s\n' "$sectors"
  case $running in *" ${{device##*/}} "*) continue ;; esac
  if examined=$(mdadm --examine --export "$device" 2>&1); then told "$examined"
  else case $examined in *'No md superblock detected'*) ;; *) printf 'unread\t%s\n' "$examined" ;; esac; fi
done
printf 'complete\n'"""


@dataclass(frozen=True)
class Leg:
    """One device in an array: kernel names of it and of the whole disk, its states, its slot (-1: none), its errors."""

    name: str
    disk: str
    states: frozenset[str]
    slot: int
    errors: int


@dataclass(frozen=True)
class Running:
    """One array that the kernel has, active or not. `test` is how `mdadm --detail --test` ended."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    legs: list[Leg] = field(default_factory=list)
    exported: dict[str, str] = field(default_factory=dict)
    content: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    test: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Disk:
    """What a designator stands for: a kernel name, "" for no disk, "?" for two; its superblock, if it was examined; its
    512-byte sectors."""

    device: str
    exported: dict[str, str] = field(default_factory=dict)
    sectors: list[int] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Listing:
    """Arrays by kernel name, disks by designator, by-id names by kernel name, /proc/mdstat."""

    arrays: Mapping[str, Running]
    disks: Mapping[str, Disk]
    links: Mapping[str, tuple[str, ...]]
    mdstat: str


def uuid_of(text: str) -> str:
    """Any spelling of a UUID (sysfs and blkid use dashes, mdadm colons) in mdadm's; "" for none."""
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return ":".join(digits[at : at + 8] for at in range(0, 32, 8)) if len(digits) == 32 and digits.strip("0") else ""


@lru_cache(maxsize=64)
def listing(reply: Reply) -> Listing:
    """Read what SCRIPT prints; raises Unparsable unless it is whole."""
    arrays: dict[str, Running] = {}
    disks: dict[str, Disk] = {}
    links: dict[str, tuple[str, ...]] = {}
    mdstat: list[str] = []
    subject: Running | Disk | None = None
    for line in whole(reply).splitlines():
        word, *rest = line.split("\t")
        if not word:
            mdstat.append("\t".join(rest))
        elif word == "array":
            subject = arrays[rest[0]] = Running(rest[0])
        elif word == "disk":
            subject = disks[rest[0]] = Disk(rest[1])
        elif subject is not None:
            _note(subject, word, rest)
        elif found := re.search(r"([^ ]+) -> (?:.*/)?([^/ ]+)$", line):
            links[found[2]] = (*links.get(found[2], ()), found[1])
    return Listing(arrays, disks, links, "\n".join(mdstat))


def _note(subject: Running | Disk, word: str, rest: list[str]) -> None:
    """One line about an array or a disk."""
    if isinstance(subject, Running) and word == "attribute":
        subject.attributes[rest[0]] = rest[1]
    elif isinstance(subject, Running) and word == "leg":
        slot, errors = (int(number) if number.isdigit() else -1 for number in rest[3:5])
        subject.legs.append(Leg(rest[0], rest[1], frozenset(rest[2].split(",")), slot, max(errors, 0)))
    elif isinstance(subject, Running) and word == "test":
        subject.test.append(int(rest[0]))
    elif isinstance(subject, Running) and word == "content":
        subject.content.append("\t".join(rest))
    elif isinstance(subject, Disk) and word == "size":
        subject.sectors.extend([int(rest[0])] if rest[0].isdigit() else [])
    elif word == "unread":
        subject.unread.append("\t".join(rest))
    elif word.startswith("MD_"):
        key, _, value = word.partition("=")
        subject.exported.setdefault(key, value)
    elif not subject.unread:  # more lines of a complaint are of no interest
        raise Unparsable(f"an answer of mdadm that is not known: {word[:80]}")
