"""Is somebody at work in a room: a recording program runs there, or the gate's own test finds its files in use."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase

from studio_backup.compile import Route
from studio_backup.compile.conf import busy_words
from studio_backup.compile.patterns import excluded_paths
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable
from studio_backup.survey import Answered
from studio_backup.windows.answers import document, listed

#: Names of programs that record and edit, as /proc/PID/comm has them: patterns of the shell.
PROGRAMS = (
    "Pro Tools*", "ProTools*", "REAPER*", "reaper*", "Reaper*", "Live", "Ableton*", "Logic Pro*", "Cubase*", "Nuendo*",
    "ardour*", "Ardour*", "mixbus*", "Mixbus*", "FL64.exe", "FL Studio*",
)  # fmt: skip

#: Windows names a process without the end of its file's name.
_WITHOUT_EXE = tuple(name.removesuffix(".exe") for name in PROGRAMS)
_PATTERNS = "|".join(name.replace(" ", r"\ ") for name in PROGRAMS)

#: Each argument is `DATASET<TAB>PATH<TAB>ROOT<TAB>QUIET<TAB>PATTERNS<TAB>EXCLUDE`. Prints `program<TAB>NAME` and
#: `busy<TAB>DATASET`. A source whose volume is not mounted is nobody's session.
_SCRIPT = (
    shipped("volume.sh")
    + shipped("guard.sh")
    + rf"""
set +eu
guard_mark=/dev/null quiet_limit=0 now=0 # nothing is remembered: only the gate's look is taken, not its memory
# What ended and was not yet waited for still has its name.
has_ended() {{ [ -n "$1" ] && grep -q '^State:[[:space:]]*Z' "$1/status" 2>/dev/null; }}
is_recording() {{ case $1 in {_PATTERNS}) has_ended "${{2:-}}" || printf 'program\t%s\n' "$1" ;; esac; }}
if [ -d /proc/self ]; then
  for comm in /proc/[0-9]*/comm; do
    if {{ read -r name <"$comm"; }} 2>/dev/null; then is_recording "$name" "${{comm%/comm}}"; fi
  done
else
  ps -A -o comm= | while IFS= read -r name; do is_recording "${{name##*/}}"; done
fi
field() {{ value=${{rest%%"$tab"*}}; rest=${{rest#*"$tab"}}; }}
for dataset do
  rest=$dataset$tab
  field; name=$value; field; guard_path=$value; field; root=$value
  field; quiet=$value; field; busy_patterns=$value; field; exclude=$value
  if [ "$quiet" -eq 0 ] || [ ! -d "$guard_path" ] || ! find_mount "$root"; then continue; fi
  is_quiet || printf 'busy\t%s\n' "$name"
done
printf 'complete\n'"""
)


#: The same of a Windows system, which only says what runs: which of it is at work is told here.
_WINDOWS = shipped("walk.ps1") + shipped("session.ps1") + "\nRead-Session -Sources $Words"


def probe(system: str, routes: Iterable[Route], os: str = "linux") -> Probe:
    """Asks one system; asked last, since it walks through a source."""
    asked: dict[str, None] = {}
    for route in routes:
        for reader in () if route.chained else route.readers:
            if reader.system.full_name == system:
                words = (route.dataset.full_name, reader.path, reader.root, *busy_words(route))
                asked[_windows(words) if os == "windows" else "\t".join(words)] = None
    return Probe(script=_WINDOWS if os == "windows" else _SCRIPT, args=tuple(asked), touches=True)


def _windows(words: tuple[str, ...]) -> str:
    dataset, path, _, quiet, busy, exclude = words
    told = {"dataset": dataset, "path": path, "quiet": int(quiet)}
    return json.dumps({**told, "busy": _names(busy), "names": _names(exclude)})


def _names(words: str) -> str:
    """One expression for a whole file name that fits any of these patterns; empty where there are none."""
    found = excluded_paths(words.split()).anything
    return rf"\A(?:{'|'.join(found)})\z" if found else ""


def session(answered: Answered) -> str:
    """Why the room is in session, "" when it is not; what could not be told counts as a session."""
    asked = ((answer, _READERS[script]) for (script, _), answer in answered.answers.items() if script in _READERS)
    reply, read = next(asked, (Unanswered("was not asked", began=False), _of_shell))
    untold = "nobody can tell whether somebody is at work there: "
    if isinstance(reply, Unanswered):
        return f"{untold}{reply.reason}"
    try:
        programs, datasets = read(reply)
    except Unparsable as error:
        return f"{untold}{error}"
    return "; ".join(
        [*(f"{name} is running" for name in programs), *(f"files of {name} are in use" for name in datasets)]
    )


#: Programs that are at work, and datasets whose files are in use.
_Said = tuple[Iterable[str], Iterable[str]]


def _of_windows(reply: Reply) -> _Said:
    told = document(reply)
    running = [str(name) for name in listed(told.get("programs"))]
    if not running or "busy" not in told:  # it answered, so PowerShell itself runs
        raise Unparsable("it names nothing that runs")
    at_work = (name for name in running if any(fnmatchcase(name.lower(), one.lower()) for one in _WITHOUT_EXE))
    return dict.fromkeys(at_work), dict.fromkeys(str(name) for name in listed(told["busy"]))


def _of_shell(reply: Reply) -> _Said:
    if reply.exit or not reply.out.endswith("complete\n"):
        raise Unparsable(reply.err.strip() or "the answer ended early")
    lines = [line.partition("\t") for line in reply.out.splitlines()]
    programs = dict.fromkeys(name for word, _, name in lines if word == "program")
    return programs, dict.fromkeys(name for word, _, name in lines if word == "busy")


_READERS = {_SCRIPT: _of_shell, _WINDOWS: _of_windows}
