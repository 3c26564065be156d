"""Snapshots of a dataset beside its data, watched: can they be made, and is each of them still read-only?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, watched, whole
from studio_backup.source import Place

#: Each argument is `SOURCE<TAB>FOLDER`, and `<TAB>PROGRAM<TAB>CONFIGURATION` where another program makes them: it says
#: itself whether it takes what it is told, and writes nothing for it. The root of a subvolume is inode 256 of a btrfs;
#: a dataset of ZFS begins where another device does. The tools of btrfs name snapshots from the top of the file system,
#: so they are found by the folder's end; what is in the lists of all, before and after, and not in that of the
#: read-only ones can be written to: one that came or went in between is in one of the two alone. On ZFS none can be.
_SCRIPT = r"""tab='	'
for pair do
  source=${pair%%"$tab"*}; folder=${pair#*"$tab"}; by=; state=missing
  case $folder in *"$tab"*) by=${folder#*"$tab"}; folder=${folder%%"$tab"*} ;; esac
  if [ -d "$source" ] && [ ! -h "$source" ]; then
    state=no
    kind=$(stat -f -c %t "$source"); number=$(stat -c %i "$source")
    if [ "$kind,$number" = 9123683e,256 ]; then state=yes; fi
    if [ "$kind" = 2fc12fc1 ] && [ "$(stat -c %d "$source")" != "$(stat -c %d "$source/..")" ]; then state=yes; fi
  fi
  printf 'snapshots\t%s\t%s\n' "$state" "$pair"
  told=${by#*"$tab"}; by=${by%%"$tab"*}
  if [ -n "$by" ] && ! command -v "$by" >/dev/null; then printf 'tool\tnot installed\n'
  elif [ "$by" = btrbk ] && [ -e "$told" ] && ! said=$("$by" -c "$told" config print 2>&1 >/dev/null); then
    printf 'tool\t%s\n' "${said%%"
"*}"
  fi
  if [ "$state" = yes ] && [ -d "$folder/points" ] && [ ! -h "$folder/points" ]; then
    before=$(btrfs subvolume list -o "$folder/points")
    sealed=$(btrfs subvolume list -o -r "$folder/points")
    after=$(btrfs subvolume list -o "$folder/points")
    ending=${folder%/*}; ending=${ending##*/}/${folder##*/}/points/
    printf 'sealed %s\nbefore %s\nafter %s\n' "$sealed" "$before" "$after" | awk -v ending="$ending" '
      $1 == "sealed" || $1 == "before" || $1 == "after" { list = $1 }
      { at = index($NF, ending); if (!at) next; name = substr($NF, at + length(ending)) }
      list != "after" { in_list[list, name] = 1; next }
      (("before", name) in in_list) && !(("sealed", name) in in_list) { print "writable\t" name }'
  fi
done
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class SnapshotSchedule(Watched):
    """The snapshots of one dataset; its name is the folder that holds them."""

    kind: ClassVar[str] = "snapshot-schedule"
    summary: ClassVar[str] = (
        "snapshots of a dataset beside its data: a subvolume, each read-only, and what makes them is ready (compiled)"
    )

    subvolume: str = watched("yes")
    writable: str = watched("none")
    tool: str = watched("ready")  # the program that makes them, where that is another one
    source: str = field(default="", compare=False)  # the folder that is snapshotted
    by: str = field(default="own", compare=False)
    told: str = field(default="", compare=False)  # its configuration

    def probe(self) -> Probe:
        """All schedules in one call, last of all: a mount may hang."""
        made = f"\t{self.by}\t{self.told}" if self.told else ""
        return Probe(script=_SCRIPT, args=(f"{self.source}\t{self.name}{made}",), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: a source that is not there is seen as such."""
        text = whole(reply)
        made = r"\t\w+\t[^\t\n]*" if self.told else ""
        head = rf"^snapshots\t(yes|no|missing)\t[^\t\n]*\t{re.escape(self.name)}{made}\n((?:(?!snapshots\t)[^\n]*\n)*)"
        found = re.search(head, text, re.MULTILINE)
        if found is None:
            raise Unparsable(f"{self.name} is not in the listing")
        lines = [line.partition("\t") for line in found[2].splitlines()]
        if unknown := [word for word, _, _ in lines if word not in ("writable", "tool")]:
            raise Unparsable(f"{unknown[0]!r} is not known here")
        writable = sorted(rest for word, _, rest in lines if word == "writable")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            subvolume={"missing": "not there"}.get(found[1], found[1]),
            writable=", ".join(writable) or "none",
            tool=next((rest for word, _, rest in lines if word == "tool"), "ready"),
            source=self.source,
            by=self.by,
            told=self.told,
        )

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the folder is known."""
        return cls(system=system, name=name, place=place)
