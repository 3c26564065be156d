"""systemd units of ours: the file, whether systemd has read it, and for a timer whether it is enabled and waits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

from studio_backup.paths import UNITS
from studio_backup.probe import Probe, Reply
from studio_backup.resource import Resource, Unparsable, managed, watched
from studio_backup.resources.listing import SHOW, find, listing, same
from studio_backup.source import Place
from studio_backup.step import Staged, Step

_PROPERTIES = ("Id", "LoadState", "UnitFileState", "ActiveState", "NeedDaemonReload", "DropInPaths")

#: The unit files asked for, then what systemd makes of them. One that is not there is looked for in a whole listing.
_SCRIPT = rf"""{SHOW}
printf 'folder\t%s\n' {UNITS}
names=; listed=
for unit do
  if [ -e "{UNITS}/$unit" ] || [ -L "{UNITS}/$unit" ]; then names="$names{UNITS}/$unit
"
  else
    [ -n "$listed" ] || listed=$(ls -a {UNITS})
    case "
$listed
" in *"
$unit
"*) printf '%s cannot be read\n' "$unit" >&2; exit 1 ;; esac
  fi
done
show "$names"
printf 'complete\n'
systemctl show {" ".join(f"-p {name}" for name in _PROPERTIES)} -- "$@" """

_RELOAD = r"""systemctl daemon-reload
timers=; for unit do case $unit in *.timer) timers="$timers $unit" ;; esac; done
if [ -n "$timers" ]; then
  systemctl --no-reload --quiet enable $timers
  systemctl restart $timers
fi"""

_REMOVE = r"""timers=; for unit do case $unit in *.timer) timers="$timers $unit" ;; esac; done
[ -z "$timers" ] || systemctl --quiet disable --now $timers 2>/dev/null || :
for unit do rm -f -- "/etc/systemd/system/$unit" "/var/lib/systemd/timers/stamp-$unit"; done
systemctl daemon-reload
systemctl --quiet reset-failed "$@" 2>/dev/null || :"""


@dataclass(frozen=True, kw_only=True)
class SystemdUnit(Resource):
    """A service or a timer in /etc/systemd/system; its name is the unit's."""

    kind: ClassVar[str] = "systemd-unit"
    summary: ClassVar[str] = "a service or timer of ours: its file, enabled, waiting, read by systemd (compiled)"

    text: str = managed()
    mode: str = managed("0644")
    loaded: str = managed("yes")
    enabled: str | None = managed(None)
    active: str | None = managed(None)
    drop_ins: str = watched("")

    @property
    def is_timer(self) -> bool:
        """Only timers are enabled and wait; a service is started by its timer."""
        return self.name.endswith(".timer")

    def probe(self) -> Probe:
        """All our unit files and the state of every unit asked for, in one call."""
        return Probe(script=_SCRIPT, args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        """The file from the listing, its state from what systemd says."""
        found = find(reply, UNITS, f"{UNITS}/{self.name}")
        if found is None:
            return None
        state = _states(listing(reply).rest).get(self.name)
        if state is None:
            raise Unparsable(f"systemd says nothing of {self.name}")
        return type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            text=same(found.content(), self.text),
            mode=found.listed.mode,
            loaded="no" if state["NeedDaemonReload"] == "yes" or state["LoadState"] != "loaded" else "yes",
            enabled=state["UnitFileState"] if self.is_timer else None,
            active=state["ActiveState"] if self.is_timer else None,
            drop_ins=state["DropInPaths"],
        )

    def create(self) -> tuple[Step, ...]:
        """Checked while still aside, renamed, then read by systemd; a timer is enabled and started."""
        path = f"{UNITS}/{self.name}"
        verify = Step(title=f"check {self.name}", script='systemd-analyze verify -- "$@"', args=(path,))
        write = Step(
            title=f"write {self.name}",
            script=f'mv -f -- "$@" {UNITS}/',
            args=(path,),
            staged=(Staged(path=path, text=self.text, mode=self.mode),),
        )
        return (verify, write, self._reload())

    def _reload(self) -> Step:
        title = f"enable and start {self.name}" if self.is_timer else f"let systemd read {self.name}"
        return Step(title=title, script=_RELOAD, args=(self.name,))

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Rewritten where the file differs; else systemd is only told again."""
        del seen
        return self.create() if fields & {"text", "mode"} else (self._reload(),)

    def remove(self) -> tuple[Step, ...] | None:
        """A timer first stops waiting; a run in progress goes on to its end."""
        if "/" in self.name or not self.name.startswith("studio-backup-"):
            raise Unparsable(f"{self.name} is not a unit of ours")
        return (Step(title=f"remove {self.name}", script=_REMOVE, args=(self.name,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the unit's name is known."""
        return cls(system=system, name=name, place=place, text="")


@lru_cache(maxsize=64)
def _states(shown: str) -> dict[str, dict[str, str]]:
    """What systemd says of each unit by its name; one answer speaks of all."""
    states = {}
    for block in shown.split("\n\n"):
        state = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if set(_PROPERTIES) - {"DropInPaths"} <= set(state):
            states[state["Id"]] = {"DropInPaths": "", **state}
    return states
