"""Full Disk Access on a Mac, watched: of who comes by SSH by trying it, of jobs by what the last of them noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from studio_backup.paths import FIND_STATE
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Unparsable, Watched, watched
from studio_backup.resources.mac_told import SSH_SWITCH, TOLD, answers, asked
from studio_backup.source import Place

#: Two files that root may not read without it. The first is there once Time Machine was set up.
_FILES = ("/Library/Preferences/com.apple.TimeMachine.plist", "/Library/Application Support/com.apple.TCC/TCC.db")
#: The rarest of our jobs starts once a month: a note that is older holds no longer.
_NOTE_DAYS = 35
_SCRIPT = f"""{FIND_STATE}
{TOLD}
told who id -u
for path in '{_FILES[0]}' '{_FILES[1]}'; do
  told "$path" sh -c 'head -c1 "$1" >/dev/null' sh "$path"
done
for studio do
  note=$our_state/$studio/access
  told "jobs $studio" cat "$note"
  [ -z "$(find "$note" -mtime +{_NOTE_DAYS} 2>/dev/null)" ] || told "old $studio" ls -l "$note"
done
printf 'complete\\n'"""

_DENIED = "Operation not permitted"
#: What the jobs of a Mac noted, in the words of a field.
_NOTED = {"yes": "yes", "no": "no", "unknown": "not known: neither file that would tell is there"}
_JOBS_SWITCH = (
    "an administrator at that Mac adds /bin/sh, which launchd starts for our jobs, to Full Disk Access in the privacy "
    "settings, and ticks it; what was granted to those who come by SSH does not hold for it"
)


@dataclass(frozen=True, kw_only=True)
class FullDiskAccess(Watched):
    """Of one system; its name is the system's."""

    kind: ClassVar[str] = "full-disk-access"
    summary: ClassVar[str] = (
        "whether macOS lets those who come by SSH at every file; a person grants it (a spec writes it)"
    )
    blocks: ClassVar[bool] = True

    ssh: str | None = watched("yes")
    jobs: str | None = watched(None)  # of what launchd starts for us

    studio: str = field(default="", compare=False)  # whose jobs

    def probe(self) -> Probe:
        """Reads one byte of files that only they can read who have it; what the jobs noted, since no look loads one."""
        return Probe(script=_SCRIPT, args=(self.studio,) if self.studio else ())

    def parse(self, reply: Reply) -> Self:
        """Refused for one file is without; read is with; neither is not known."""
        if asked(reply, "who").text.strip() != "0":
            raise Unparsable("asked without root, who alone is told apart", "set become: sudo, or user: root")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            ssh=self.ssh and _granted(reply),
            jobs=self.jobs and _noted(reply, self.studio),
            studio=self.studio,
        )

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """Which switch, and whose hand."""
        if "ssh" in fields:
            return "macOS keeps those who come by SSH from Time Machine's settings, root too", SSH_SWITCH
        if seen.jobs == "no":
            return (
                "macOS keeps what launchd starts from people's folders and from drives that are plugged in",
                _JOBS_SWITCH,
            )
        return "only a job that ran there can tell", "wait for the next run of one, or start one: studio-backup run"

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Every Mac has one answer."""
        return cls(system=system, name=name, place=place)


def _granted(reply: Reply) -> str:
    told = [one for name, one in answers(reply).items() if name in _FILES]
    if any(one.exit and _DENIED in one.text for one in told):
        return "no"
    if any(one.exit == 0 and not one.text.strip() for one in told):
        return "yes"
    raise Unparsable(f"neither file that would tell can be asked: {'; '.join(one.line for one in told)}")


def _noted(reply: Reply, studio: str) -> str:
    """The word of the last job that ran; a note that is not there is no word."""
    told = asked(reply, f"jobs {studio}")
    if f"old {studio}" in answers(reply):
        return f"not known: no job has noted it for {_NOTE_DAYS} days"
    if told.exit:
        return "not known: no job has noted it"
    if told.text.strip() not in _NOTED:
        raise Unparsable(f"what the jobs noted is {told.line}")
    return _NOTED[told.text.strip()]
