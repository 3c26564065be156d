"""Jobs of launchd: the property list, whether it is enabled, and whether launchd has loaded what the file says."""

from __future__ import annotations

import plistlib
import shlex
from dataclasses import dataclass
from typing import ClassVar, Self

from studio_backup.paths import DAEMONS, MAC_TOOLS
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, managed
from studio_backup.resources.launchd_seen import Told, loaded_as, told
from studio_backup.resources.listing import SHOW, find, listing, same
from studio_backup.source import Place
from studio_backup.step import Staged, Step

#: The property lists asked for, then what launchd makes of them; every line that launchd says is told from ours.
_SCRIPT = rf"""{SHOW}
printf 'folder\t%s\n' {DAEMONS}
names=; listed=
for label do
  plist={DAEMONS}/$label.plist
  if [ -e "$plist" ] || [ -L "$plist" ]; then names="$names$plist
"
  else
    [ -n "$listed" ] || listed=$(ls -a {DAEMONS})
    case "
$listed
" in *"
$label.plist
"*) printf '%s cannot be read\n' "$plist" >&2; exit 1 ;; esac
  fi
done
show "$names"
printf 'complete\n'
said=$({MAC_TOOLS["launchctl"]} print-disabled system 2>&1) && code=0 || code=$?
printf 'disabled\t%s\n' "$code"; printf '%s\n' "$said" | sed 's/^/| /'
for label do
  said=$({MAC_TOOLS["launchctl"]} print "system/$label" 2>&1) && code=0 || code=$?
  printf 'print\t%s\t%s\n' "$code" "$label"; printf '%s\n' "$said" | sed 's/^/| /'
done
printf 'told\n'"""

#: A run under way would be ended with its job: it goes on, and the job is let alone; also where nobody can say.
_IDLE = """said=$({launchctl} print system/{label} 2>&1) && code=0 || code=$?
case $code,$said in
  113,*) ;;
  0,*'state = running'*)
    printf '%s\\n' 'a run of it is under way, which goes on to its end: apply again after it'; exit 1 ;;
  0,*) ;;
  *) printf 'launchctl print ended with %s, and does not say whether a run is under way\\n' "$code"; exit 1 ;;
esac"""


@dataclass(frozen=True, kw_only=True)
class LaunchdJob(Resource):
    """A job of the whole Mac: `/Library/LaunchDaemons/NAME.plist`; its name is its label."""

    kind: ClassVar[str] = "launchd-job"
    summary: ClassVar[str] = "a launchd job of ours: its property list, enabled, and loaded as it stands (compiled)"

    text: str = managed()
    mode: str = managed("0644")
    owner: str = managed("root:wheel")
    enabled: str = managed("yes")
    loaded: str = managed("yes")

    @property
    def path(self) -> str:
        """Where launchd looks for it when the Mac starts."""
        return f"{DAEMONS}/{self.name}.plist"

    def probe(self) -> Probe:
        """All our property lists and what launchd has loaded, in one call."""
        return Probe(script=_SCRIPT, args=(self.name,))

    def parse(self, reply: Reply) -> Self | None:
        """The file from the listing, the rest from what launchd says; a job without a file is there, too."""
        found = find(reply, DAEMONS, self.path)
        said = told(listing(reply).rest)
        if self.name not in said.printed:
            raise Unparsable(f"launchd says nothing of {self.name}")
        if found is None:
            loaded = loaded_as(said, self.name, "")
            return None if loaded == "no" else self._seen("(no file)", "none", "none", said, loaded)
        entry, content = found.listed, found.content()
        owner = f"{entry.owner}:{entry.group}"
        return self._seen(content, entry.mode, owner, said, loaded_as(said, self.name, content))

    def _seen(self, text: str, mode: str, owner: str, said: Told, loaded: str) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, text=same(text, self.text), mode=mode, owner=owner,
            enabled="no" if self.name in said.disabled else "yes", loaded=loaded,
        )  # fmt: skip

    def create(self) -> tuple[Step, ...]:
        """Checked while still aside, given to root, renamed, then loaded."""
        check = Step(title=f"check {self.name}", script='plutil -lint "$@"', guard=self._idle(), args=(self.path,))
        write = Step(
            title=f"write {self.name}",
            script=f'chown root:wheel "$@"; mv -f -- "$@" {DAEMONS}/',
            guard=self._idle(),
            args=(self.path,),
            staged=(Staged(path=self.path, text=self.text, mode=self.mode),),
        )
        return (check, write, self._load())

    def _idle(self) -> str:
        return _IDLE.format(launchctl=MAC_TOOLS["launchctl"], label=shlex.quote(self.name))

    def _load(self) -> Step:
        script = f'{shipped("launchd.sh")}\nset +e\nlaunchd_load "$1" {DAEMONS}/"$1".plist'
        return Step(title=f"load {self.name}", script=script, guard=self._idle(), args=(self.name,))

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Rewritten where the file differs; else only loaded, or only enabled."""
        del seen
        if fields & {"text", "mode", "owner"}:
            return self.create()
        if "loaded" in fields:
            return (self._load(),)
        script = f'{shipped("launchd.sh")}\nset +e\nlaunchd_enable "$1"'
        return (Step(title=f"enable {self.name}", script=script, args=(self.name,)),)

    def remove(self) -> tuple[Step, ...] | None:
        """Unloaded, and only then its file; a run under way goes on."""
        if "/" in self.name or not self.name.startswith("studio-backup."):
            raise Unparsable(f"{self.name} is not a job of ours")
        script = f'{shipped("launchd.sh")}\nset +e\nlaunchd_unload "$1" && rm -f -- {DAEMONS}/"$1".plist'
        return (Step(title=f"remove {self.name}", script=script, guard=self._idle(), args=(self.name,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its label is known."""
        return cls(system=system, name=name, place=place, text="")


def property_list(mark: str, values: dict[str, object]) -> str:
    """A property list with our owner mark as a comment: what stands in one is nothing to launchd."""
    head, newline, rest = plistlib.dumps(values, sort_keys=False).decode().partition("\n")
    return f"{head}{newline}<!--\n{mark.replace('--', '- -')}-->\n{rest}"
