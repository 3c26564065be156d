"""The lock on a machine: held by a remote shell that lives as long as our channel to it (design rule 15).

A lock whose process is gone is free, whoever left it; so is one whose process id was given to another process, which
its start time tells. A step that is still running holds the machine too, even when the connection behind it fell.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from studio_backup.paths import FIND_STATE, OUR_STATE
from studio_backup.probe import PREAMBLE

#: `started PID` prints when a process began, in the system's own terms, or nothing when there is no such process.
#: Whoever asks must hear the same: a Mac that changes its time zone, or a caller with one of its own, frees no lock.
STARTED = r"""started() {
  if [ -r "/proc/$1/stat" ]; then
    read -r stat <"/proc/$1/stat" || return 0
    set -- ${stat##*) }
    case $1 in Z | X) return 0 ;; esac # dead, and only not noticed by its parent yet
    printf '%s\n' "${20}"
  elif [ ! -d /proc/self ]; then TZ=UTC0 ps -o lstart= -p "$1" | tr -s ' ' '_'; fi
}
alive() { [ -n "$1" ] && [ -n "$2" ] && [ "$(started "$1")" = "$2" ]; }"""

#: `stepping` is true, and `step_pid` set, while a step of an apply runs, whatever became of its apply.
STEPPING = f"""stepping() {{
  step_pid=; step_start=
  [ -r {OUR_STATE}/step ] || return 1
  read -r step_pid step_start <{OUR_STATE}/step || :
  alive "$step_pid" "$step_start"
}}"""

#: `look FILE` reads who holds a lock into pid, start and holder; fails when there is no such file.
LOOK = r"""look() {
  pid=; start=; holder=
  { read -r pid start; read -r holder; :; } 2>/dev/null <"$1"
}"""

#: `bury` takes away the dead lock that `look` has just seen. Of all that saw it, only the one whose claim on this very
#: lock stands may do so, and only if it is still there; a claim whose own maker is dead is claimed in turn.
_BURY = rf"""bury() {{
  dead="$pid $start"; claims=
  while claim={OUR_STATE}/lock.after.$(printf %s "$pid.$start" | tr -c 'a-zA-Z0-9.' _); do
    if ln {OUR_STATE}/lock.$$ "$claim" 2>/dev/null; then break; fi
    if ! look "$claim" || alive "$pid" "$start"; then return; fi
    claims="$claims $claim"
  done
  if look {OUR_STATE}/lock && [ "$pid $start" = "$dead" ]; then rm -f {OUR_STATE}/lock; fi
  rm -f $claims "$claim"
}}"""

#: Our state folder as the compiler wants it, should nothing have made it yet; the rest in it is root's alone.
MAKE_STATE = f"""[ -d {OUR_STATE} ] || {{ (umask 022; mkdir -p "${{our_state%/*}}"); mkdir -m 0711 {OUR_STATE}; }}
mkdir -p {OUR_STATE}/manifest {OUR_STATE}/log || exit 1"""

#: Fragment for a survey: prints who holds the machine now, if anyone does, and the generation of the last change.
REPORT = rf"""{FIND_STATE}
{STARTED}
{STEPPING}
{LOOK}
if look {OUR_STATE}/lock && alive "$pid" "$start"; then printf 'lock\t%s\n' "$holder"; fi
if stepping; then printf 'lock\ta step that is still running, process %s\n' "$step_pid"; fi
generation=; if [ -r {OUR_STATE}/generation ]; then read -r generation <{OUR_STATE}/generation || :; fi
printf 'generation\t%s\n' "$generation" """


@dataclass(frozen=True)
class Holder:
    """Who holds a machine, as that machine says it: who, from where, since when, doing what."""

    text: str


def acquire(who: str, token: str, break_lock: bool = False) -> str:
    """A script that takes the lock, says so in one line `<TOKEN held GENERATION>`, and holds it until its stdin ends.

    `who` is one line of text. Answers `<TOKEN locked WHO>` and ends when somebody else holds it; with `break_lock`
    the holder's shell is ended first (a running step never is). The step is looked for once the lock is ours: a step
    looks for its lock once it is marked as running, so that one of the two always sees the other.
    """
    # Not TERM: the shell would hear it only once its input ends.
    breaking = 'if stepping; then refuse_step; fi; kill -9 "$pid" 2>/dev/null; sleep 1; continue'
    if not break_lock:
        breaking = f"rm -f {OUR_STATE}/lock.$$; printf '<{token} locked %s>\\n' \"$holder\"; exit 6"
    return f"""{{
{PREAMBLE}
{STARTED}
{STEPPING}
{LOOK}
{_BURY}
give_up() {{ rm -f {OUR_STATE}/lock.$$; printf '<{token} failed>\\n'; exit 1; }}
refuse_step() {{
  rm -f {OUR_STATE}/lock.$$; printf '<{token} locked a step that is still running, process %s>\\n' "$step_pid"; exit 6
}}
umask 077
{MAKE_STATE}
mine="$$ $(started "$$")"
printf '%s\\n%s\\n' "$mine" {shlex.quote(who)} >{OUR_STATE}/lock.$$ || give_up
tries=0
until ln {OUR_STATE}/lock.$$ {OUR_STATE}/lock 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -le 20 ] || give_up
  [ "$tries" -le 10 ] || sleep 1
  look {OUR_STATE}/lock || continue
  if alive "$pid" "$start"; then
    {breaking}
  fi
  bury
done
for left in "{OUR_STATE}"/lock.[0-9]*; do
  if look "$left" && {{ [ "$pid $start" = "$mine" ] || ! alive "$pid" "$start"; }}; then rm -f "$left"; fi
done
generation=; if [ -r {OUR_STATE}/generation ]; then read -r generation <{OUR_STATE}/generation || :; fi
give_back() {{ read -r first <{OUR_STATE}/lock && [ "$first" = "$mine" ] && rm -f {OUR_STATE}/lock; }}
release() {{ give_back; exit 0; }}
trap release HUP TERM INT
if stepping; then give_back; refuse_step; fi
printf '<{token} held %s>\\n' "$generation"
cat >/dev/null
release
}}
"""


def held_by(who: str) -> str:
    """A shell test: true while the lock on this machine is the one that was taken as `who`."""
    return f'( read -r _; read -r holder; [ "$holder" = {shlex.quote(who)} ] ) 2>/dev/null <{OUR_STATE}/lock'


def answer(output: str, token: str) -> tuple[str, str] | None:
    """`("held", generation)`, `("locked", who)` or `("failed", "")`; None while the line has not arrived."""
    found = re.search(rf"<{token} (held|locked|failed) ?(.*)>\n", output)
    return (found[1], found[2]) if found else None
