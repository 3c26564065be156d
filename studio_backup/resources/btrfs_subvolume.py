"""A subvolume of btrfs: a folder that can be snapshotted for itself; made, given its properties, never deleted."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.absence import ABSENT
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, fixed, managed, whole
from studio_backup.resources.volume import IDENTITY
from studio_backup.source import Place
from studio_backup.step import Step

#: Each argument is NAME and PATH, with a tab between them. The root of a subvolume has number 256, wherever it lies.
_SCRIPT = rf"""{ABSENT}
for asked do
  path=${{asked#*	}}
  if [ -d "$path" ] && [ ! -L "$path" ]; then
    kind='folder'
    if [ "$(stat -f -c %T "$path")" = btrfs ] && [ "$(stat -c %i "$path")" = 256 ]; then kind='subvolume'; fi
  elif [ -e "$path" ] || [ -L "$path" ]; then kind='no folder'
  else code=0; absent "$path" || code=$?
    case $code in 0) kind='absent' ;; *) kind='unread' ;; esac
  fi
  printf 'subvolume\t%s\t%s\n' "$kind" "$asked"
  [ "$kind" = subvolume ] || continue
  for property in 'subvol ro' 'inode compression'; do
    if text=$(LC_ALL=C btrfs property get -t "${{property% *}}" "$path" "${{property#* }}" 2>&1); then
      printf 'property\t%s\t%s\n' "${{property#* }}" "$text"
    else printf 'unread\t%s\n' "$text"; fi
  done
  if text=$(lsattr -d "$path" 2>&1); then printf 'attributes\t%s\n' "${{text%% *}}"
  else printf 'unread\t%s\n' "$text"; fi
  if text=$(LC_ALL=C btrfs subvolume show "$path" 2>&1); then
    printf '%s\n' "$text" | sed -n 's/^[ 	]*Received UUID:[ 	]*/received	/p'
  else printf 'unread\t%s\n' "$text"; fi
done
printf 'complete\n'"""

#: Refuses unless the volume with id $1 is mounted at $2, which is what every path here lies on.
_GUARD = rf"""{IDENTITY}
find_mount "$2" || {{ printf 'nothing is mounted at %s\n' "$2"; exit 1; }}
mounted_id_is "$2" "$1" || {{ printf 'another file system is mounted at %s\n' "$2"; exit 1; }}"""

_NONE = "none"
_SEALED = 'btrfs property set -t subvol "$1" ro true'


@dataclass(frozen=True, kw_only=True)
class BtrfsSubvolume(Resource):
    """One subvolume; its name is the play's."""

    kind: ClassVar[str] = "btrfs-subvolume"
    summary: ClassVar[str] = "a subvolume of a btrfs volume, with its properties; never deleted (a spec writes it)"
    adoptable: ClassVar[bool] = True

    what: str = fixed("subvolume")  # or a plain folder, which cannot become one with its files in it
    compression: str | None = managed(None)  # zlib, lzo, zstd or none
    nocow: str | None = managed(None)  # yes or no; of files that are made from then on
    readonly: str | None = managed(None)

    path: str = field(default="", compare=False)
    volume: str = field(default="", compare=False)  # where its volume is mounted
    uuid: str = field(default="", compare=False)  # of the volume

    def probe(self) -> Probe:
        """All of them in one call, last of all: a mount may hang."""
        return Probe(script=_SCRIPT, args=(f"{self.name}\t{self.path}",) if self.path else (), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """What stands at its path; absent where a whole listing lacks it."""
        pattern = rf"^subvolume\t([\w ]+)\t{re.escape(self.name)}\t(/.*)\n((?:(?!subvolume\t).*\n)*)"
        found = re.search(pattern, whole(reply), re.MULTILINE)
        if found is None:
            if self.path:
                raise Unparsable(f"{self.path} is not in the listing")
            return self  # nothing is asked about what is only to be released
        kind, path = found[1], found[2]
        lines = [line.partition("\t") for line in found[3].splitlines()]
        said = {word: rest for word, _, rest in lines if word != "property"}
        if kind == "unread" or "unread" in said:
            raise Unparsable(f"{path} cannot be read: {said.get('unread', 'nothing proves what is there')}")
        if kind == "absent":
            return None
        if kind != "subvolume":
            return self._seen(path, kind, self.compression, self.nocow, self.readonly)
        properties = dict(rest.split("\t", 1) for word, _, rest in lines if word == "property")
        compression, nocow, readonly = _read(path, properties, said)
        wanted = (self.compression, self.nocow, self.readonly)
        kind = _at_odds(kind, self.compression, self.nocow, compression, nocow)
        kept = all(want in (None, seen) for want, seen in zip(wanted, (compression, nocow, readonly), strict=True))
        # Writing to what was received would end its line of increments.
        if said.get("received") != "-" and not kept:
            kind = "subvolume that was received, and stays as it came"
        return self._seen(path, kind, compression, nocow, readonly)

    def _seen(self, path: str, what: str, compression: str | None, nocow: str | None, readonly: str | None) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, path=path, what=what,
            compression=compression, nocow=nocow, readonly=readonly,
        )  # fmt: skip

    def create(self) -> tuple[Step, ...]:
        """The subvolume, with the folders above it, and its properties; read-only comes last."""
        # While its volume was not mounted nobody could see that it is there; what differs is then for another plan.
        script = f"""set -- {shlex.quote(self.path)}
umask 022
if [ ! -d "$1" ] || [ -L "$1" ] || [ "$(stat -f -c %T "$1") $(stat -c %i "$1")" != 'btrfs 256' ]; then
mkdir -p -- "${{1%/*}}"
btrfs subvolume create "$1"
{self._properties(frozenset({"compression", "nocow", "readonly"}), "no")}
fi"""
        return (Step(title=f"make the subvolume {self.path}", script=script, guard=self._guard()),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Its properties; read-only is given up for as long as that takes."""
        if not fields & {"compression", "nocow", "readonly"}:
            return ()
        script = f"set -- {shlex.quote(self.path)}\n{self._properties(fields, seen.readonly or 'no')}"
        return (Step(title=f"set the properties of {self.path}", script=script, guard=self._guard()),)

    def _properties(self, fields: frozenset[str], readonly: str) -> str:
        lines = ['btrfs property set -t subvol "$1" ro false'] if readonly == "yes" else []
        set_ones = []
        if self.compression and "compression" in fields:
            value = '""' if self.compression == _NONE else self.compression
            set_ones.append(f'btrfs property set -t inode "$1" compression {value}')
        if self.nocow and "nocow" in fields:
            set_ones.append(f'chattr {"+C" if self.nocow == "yes" else "-C"} "$1"')
        # Neither can be set while the other one stands.
        ordered = [*reversed(set_ones)] if self.nocow == "no" else set_ones
        if (self.readonly or readonly) != "yes":
            lines += ordered
        elif ordered:
            # Whatever comes of it, it is read-only again.
            lines += ["code=0", f"{{ {' && '.join(ordered)}; }} || code=$?", _SEALED, '[ "$code" -eq 0 ]']
        else:
            lines.append(_SEALED)
        return "\n".join(lines)

    def _guard(self) -> str:
        return f"set -- {shlex.join((self.uuid, self.volume))}\n{_GUARD}"

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a subvolume that leaves the spec keeps all that is in it."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the play's name: nothing on the machine has it."""
        return cls(system=system, name=name, place=place)


def _at_odds(what: str, compression: str | None, nocow: str | None, packed: str, in_place: str) -> str:
    """What it is, where one property that is asked for cannot be had beside another that nobody speaks of."""
    if compression not in (None, _NONE) and in_place == "yes" and nocow is None:
        return f"{what} written in place (+C), where nothing is compressed: say nocow: no, or compression: none"
    if nocow == "yes" and packed != _NONE and compression is None:
        return f"{what} compressed ({packed}), where nothing is written in place: say compression: none, or nocow: no"
    return what


def _read(path: str, properties: dict[str, str], said: dict[str, str]) -> tuple[str, str, str]:
    """Compression, nocow and readonly in the words of the spec."""
    readonly, compression = properties.get("ro", ""), properties.get("compression", "?")
    attributes = said.get("attributes", "")
    if readonly not in ("ro=true", "ro=false") or not re.fullmatch("[-A-Za-z]{10,}", attributes):
        raise Unparsable(f"the properties of {path} are not known")
    if "received" not in said or (compression and not compression.startswith("compression=")):
        raise Unparsable(f"the properties of {path} are not known")
    return (
        compression.removeprefix("compression=") or _NONE,
        "yes" if "C" in attributes else "no",
        "yes" if readonly == "ro=true" else "no",
    )
