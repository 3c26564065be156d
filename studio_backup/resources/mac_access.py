"""Full Disk Access on a Mac, watched: of who comes by SSH by trying it, of jobs by what the last of them noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, watched
from studio_backup.resources.mac_told import SSH_SWITCH, TOLD, answers, asked
from studio_backup.source import Place

#: Two files that root may not read without it. The first is there once Time Machine was set up.
_FILES = ("/Library/Preferences/com.apple.TimeMachine.plist", "/Library/Application Support/com.apple.TCC/TCC.db")
_SCRIPT = f"""{TOLD}
told who id -u
for path in '{_FILES[0]}' '{_FILES[1]}'; do
  told "$path" sh -c 'head -c1 "$1" >/dev/null' sh "$path"
done
printf 'complete\\n'"""

_DENIED = "Operation not permitted"


@dataclass(frozen=True, kw_only=True)
class FullDiskAccess(Watched):
    """Of one system; its name is the system's."""

    kind: ClassVar[str] = "full-disk-access"
    summary: ClassVar[str] = (
        "whether macOS lets those who come by SSH at every file; a person grants it (a spec writes it)"
    )
    blocks: ClassVar[bool] = True

    ssh: str = watched("yes")

    def probe(self) -> Probe:
        """Reads one byte of files that only they can read who have it."""
        return Probe(script=_SCRIPT)

    def parse(self, reply: Reply) -> Self:
        """Refused for one file is without; read is with; neither is not known."""
        if asked(reply, "who").text.strip() != "0":
            raise Unparsable("asked without root, who alone is told apart", "set become: sudo, or user: root")
        told = [one for name, one in answers(reply).items() if name in _FILES]
        if any(one.exit and _DENIED in one.text for one in told):
            word = "no"
        elif any(one.exit == 0 and not one.text.strip() for one in told):
            word = "yes"
        else:
            raise Unparsable(f"neither file that would tell can be asked: {'; '.join(one.line for one in told)}")
        return type(self)(system=self.system, name=self.name, place=self.place, ssh=word)

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """Which switch, and whose hand."""
        del seen, fields
        return "macOS keeps those who come by SSH from Time Machine's settings, root too", SSH_SWITCH

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every Mac has one answer."""
        return cls(system=system, name=name, place=place)
