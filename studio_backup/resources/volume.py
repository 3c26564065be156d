"""A mounted volume, watched: is the right file system mounted where the spec says?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.capacity import ROOM, Room, room_of
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable, Watched, watched, whole
from studio_backup.source import Place

#: `find_mount ROOT` and `mounted_id_is ROOT ID`: the very code that the jobs guard themselves with.
IDENTITY = shipped("volume.sh")

#: Each argument is `ID ROOT`: an id holds no blank.
_SCRIPT = rf"""{IDENTITY}
{ROOM}
[ -r /proc/self/mountinfo ] || [ "$(uname -s)" = Darwin ]
set +eu
for pair do
  id=${{pair%% *}}; root=${{pair#* }}; mounted_id=; state=absent
  if find_mount "$root"; then
    mounted_id_is "$root" "$id"
    case $? in 0) state=right ;; 1) state=other ;; *) state=unread ;; esac
  fi
  printf 'volume\t%s\t%s\t%s\n' "$state" "$mounted_id" "$pair"
  if [ "$state" = right ]; then room "$root"; fi
done
printf 'complete\n'"""


@dataclass(frozen=True, kw_only=True)
class Volume(Watched):
    """The file system at a mount path; its name is that path."""

    kind: ClassVar[str] = "volume"
    summary: ClassVar[str] = "the file system that is mounted at a path, by its id; watched (compiled)"
    blocks: ClassVar[bool] = True

    id: str = watched()
    label: str = field(default="", compare=False)  # MACHINE/VOLUME
    room: Room | None = field(default=None, compare=False)  # of what is mounted, where that is the right one

    @property
    def _pair(self) -> str:
        return f"{self.id} {self.name}"

    def probe(self) -> Probe:
        """All volumes in one call, last of all: a mount may hang."""
        return Probe(script=_SCRIPT, args=(self._pair,), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: what is not mounted is seen as such."""
        pattern = rf"^volume\t(\w+)\t([^\t\n]*)\t{re.escape(self._pair)}$(?:\nroom\t(\d+\t\d+)$)?"
        found = re.search(pattern, whole(reply), re.MULTILINE)
        if found is None:
            raise Unparsable(f"{self.name} is not in the listing")
        if found[1] == "unread":
            raise Unparsable(f"the id of what is mounted at {self.name} cannot be read")
        seen = {"right": self.id, "absent": "not mounted"}.get(found[1], found[2])
        return type(self)(
            system=self.system, name=self.name, place=self.place, id=seen, label=self.label,
            room=room_of(found[3] or ""),
        )  # fmt: skip

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the mount path is known."""
        return cls(system=system, name=name, place=place, id="")
