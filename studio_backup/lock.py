"""The lock on a machine: held by a remote shell that lives as long as our channel to it (design rule 15).

A lock whose process is gone is free, whoever left it; so is one whose process id was given to another process, which
its start time tells. A step that is still running holds the machine too, even when the connection behind it fell.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from studio_backup.paths import STATE
from studio_backup.probe import PREAMBLE

#: `started PID` prints when a process began, in the system's own terms, or nothing when there is no such process.
STARTED = r"""started() {
  if [ -r "/proc/$1/stat" ]; then
    read -r stat <"/proc/$1/stat" || return 0
    set -- ${stat##*) }
    printf '%s\n' "${20}"
  elif [ ! -d /proc/self ]; then ps -o lstart= -p "$1" | tr -s ' ' '_'; fi
}
alive() { [ -n "$1" ] && [ -n "$2" ] && [ "$(started "$1")" = "$2" ]; }"""

#: Our state folder as the compiler wants it, should nothing have made it yet; the rest in it is root's alone.
MAKE_STATE = f"""[ -d {STATE} ] || {{ (umask 022; mkdir -p {STATE.rsplit("/", 1)[0]}); mkdir -m 0711 {STATE}; }}
mkdir -p {STATE}/manifest {STATE}/log || exit 1"""

#: Fragment for a survey: prints who holds the machine now, if anyone does, and the generation of the last change.
REPORT = rf"""{STARTED}
if [ -r {STATE}/lock ]; then
  {{ read -r pid start; read -r who; }} <{STATE}/lock || :
  if alive "$pid" "$start"; then printf 'lock\t%s\n' "$who"; fi
fi
if [ -r {STATE}/step ]; then
  read -r pid start <{STATE}/step || :
  if alive "$pid" "$start"; then printf 'lock\ta step that is still running (process %s)\n' "$pid"; fi
fi
generation=; if [ -r {STATE}/generation ]; then read -r generation <{STATE}/generation || :; fi
printf 'generation\t%s\n' "$generation" """


@dataclass(frozen=True)
class Holder:
    """Who holds a machine, as that machine says it: who, from where, since when, doing what."""

    text: str


def acquire(who: str, token: str, break_lock: bool = False) -> str:
    """A script that takes the lock, says so in one line `<TOKEN held GENERATION>`, and holds it until its stdin ends.

    `who` is one line of text. Answers `<TOKEN locked WHO>` and ends when somebody else holds it; with `break_lock`
    the holder's shell is ended first (a running step never is).
    """
    breaking = 'kill "$pid" 2>/dev/null; sleep 1'
    if not break_lock:
        breaking = f"rm -f {STATE}/lock.$$; printf '<{token} locked %s>\\n' \"$holder\"; exit 6"
    return f"""{{
{PREAMBLE}
{STARTED}
umask 077
{MAKE_STATE}
mine="$$ $(started "$$")"
if [ -r {STATE}/step ]; then
  read -r pid start <{STATE}/step || :
  if alive "$pid" "$start"; then
    printf '<{token} locked a step that is still running, process %s>\\n' "$pid"; exit 6
  fi
fi
printf '%s\\n%s\\n' "$mine" {shlex.quote(who)} >{STATE}/lock.$$
tries=0
until ln {STATE}/lock.$$ {STATE}/lock 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 5 ]; then rm -f {STATE}/lock.$$; printf '<{token} failed>\\n'; exit 1; fi
  pid=; start=; holder=
  {{ read -r pid start; read -r holder; }} 2>/dev/null <{STATE}/lock || :
  if alive "$pid" "$start"; then
    {breaking}
  fi
  # Only the one that moves the dead lock away may look at it; if it was renewed meanwhile, it goes back.
  if mv {STATE}/lock {STATE}/lock.$$.dead 2>/dev/null; then
    {{ read -r now then; }} <{STATE}/lock.$$.dead || :
    if [ "$now $then" != "$pid $start" ] && alive "$now" "$then"; then ln {STATE}/lock.$$.dead {STATE}/lock; fi
    rm -f {STATE}/lock.$$.dead
  fi
done
rm -f {STATE}/lock.$$
generation=; if [ -r {STATE}/generation ]; then read -r generation <{STATE}/generation || :; fi
release() {{ read -r first <{STATE}/lock && [ "$first" = "$mine" ] && rm -f {STATE}/lock; exit 0; }}
trap release HUP TERM INT
printf '<{token} held %s>\\n' "$generation"
cat >/dev/null
release
}}
"""


def answer(output: str, token: str) -> tuple[str, str] | None:
    """`("held", generation)`, `("locked", who)` or `("failed", "")`; None while the line has not arrived."""
    found = re.search(rf"<{token} (held|locked|failed) ?(.*)>\n", output)
    return (found[1], found[2]) if found else None
