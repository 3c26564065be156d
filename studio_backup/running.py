"""Making one copy now: the scripts that start its job and follow it, and what they say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from studio_backup.compile import Route
from studio_backup.errors import Locked
from studio_backup.paths import MAC_TOOLS, configuration, state
from studio_backup.records import INTERRUPTED, Record, parse_record
from studio_backup.running_windows import preview as windows_preview
from studio_backup.running_windows import start as windows_start
from studio_backup.spec.model import Brake, System
from studio_backup.transport import Remote

#: Told of a run under way: bytes, percent, files; each as the job last said it.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Preview:
    """What a run would do against the newest restore point."""

    created: tuple[str, ...]
    rewritten: tuple[str, ...]
    deleted: tuple[str, ...]
    record: Record | None  # counts, and why it would be refused, if it would

    def brakes(self, brake: Brake) -> bool:
        """True when a run would be refused for what it deletes or rewrites (design rule 10)."""
        files = self.record.files if self.record else None
        before = (files or 0) - len(self.created) + len(self.deleted)
        lost = len(self.deleted) + len(self.rewritten)
        return lost > brake.files and lost * 100 > before * brake.percent


#: Whoever asks by hand may ask as often as they like; what `is_over` reads is older than the records read after it.
_SYSTEMD = r"""starter=systemd
asked() { systemctl show -p "$1" --value "$unit"; }
is_active() { case $(asked ActiveState) in active | activating | deactivating) return 0 ;; esac; return 1; }
begin() { systemctl reset-failed "$unit" 2>/dev/null; systemctl start --no-block "$unit"; }
is_over() {
  state_now=$(asked ActiveState) queued=$(asked Job)
  case $state_now,${queued:-0} in failed,0 | inactive,0) return 0 ;; esac
  return 1
}
ended_with() { asked ExecMainStatus; }
explain() { systemctl show -p Result -p ExecMainStatus "$unit"; }"""
#: launchd counts its runs: it is over once one more was begun and none goes on.
_LAUNCHD = rf"""starter=launchd; began=
printed() {{ {MAC_TOOLS["launchctl"]} print "system/$unit" 2>&1; }}
told() {{ printf '%s\n' "$shown" | sed -n "s/^$tab$1 = //p" | head -n 1; }}
tab=$(printf '\t')
is_active() {{ shown=$(printed); [ "$(told state)" = running ]; }}
begin() {{ began=$(told runs); {MAC_TOOLS["launchctl"]} kickstart "system/$unit" 2>/dev/null; }}
is_over() {{ shown=$(printed) || return 0; [ "$(told state)" != running ] && [ "$(told runs)" != "$began" ]; }}
ended_with() {{ told 'last exit code'; }}
explain() {{ printf '%s\n' "$shown" | head -n 2; printf 'exit=%s\n' "$(ended_with)"; }}"""


#: How a system says that no run of this name was refused there.
NO_SUCH_RUN = "there is no refused run"


def start(route: Route, accept: str, who: str, system: System | None = None) -> str:
    """Starts the job's unit and follows it: `progress<TAB>…` lines, then `record<TAB>{json}` or `failed<TAB>why`.

    Where a run is under way already nothing is started: that one's record, or `locked<TAB>`.

    `system` is the one that sends, for a copy that is pushed; else it is the one that writes.

    The unit goes on when this script is cut off. `accept` names a refused run whose list is accepted, by `who`.
    """
    os = (system or route.writer).os
    if os == "windows":
        return windows_start(route, accept, who, system or route.writer, NO_SUCH_RUN)
    folder, program = state(route.studio, os), configuration(route.studio, os)
    accepted = ""
    if accept:
        lines = shlex.quote(f"{accept}\n{who}\n")
        accepted = f"""if [ ! -f "$state/runs/$id.{accept}.list" ]; then
  printf 'failed\\t{NO_SUCH_RUN} %s here\\n' {shlex.quote(accept)}; exit 0
fi
printf %s {lines} >"$state/accept/$id.new"; mv -f "$state/accept/$id.new" "$state/accept/$id"
"""
    return f"""{{
LC_ALL=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH; umask 077
state={folder}; id={route.id}; unit={route.label if os == "macos" else f"{route.unit}.service"}
job="{program}/job {program}/jobs/{route.id}.conf"
records() {{ ls "$state/runs" | grep "^$id\\.[0-9TZ-]*\\.json$"; }}
runs() {{ [ -n "$now" ] && grep -q '"result":"running"' "$state/runs/$now"; }}
{_LAUNCHD if os == "macos" else _SYSTEMD}
before=$(records)
if is_active; then
  now=$(printf '%s' "$before" | tail -n 1)
  if runs; then printf 'record\\t'; head -n 1 "$state/runs/$now"; else printf 'locked\\t\\n'; fi
  exit 0
fi
{accepted}: >"$state/accept/$id.now"
if ! begin; then
  rm -f "$state/accept/$id.now"
  printf 'failed\\t%s did not start %s\\n' "$starter" "$unit"; exit 0
fi
while :; do
  sleep 0.2
  if is_over; then over=yes; else over=; fi
  now=$(records | grep -vxF -e "$before" | tail -n 1)
  if [ -n "$now" ] && ! runs; then printf 'record\\t'; head -n 1 "$state/runs/$now"; exit 0; fi
  if [ -n "$over" ]; then
    if [ -n "$now" ]; then
      printf 'record\\t'; head -n 1 "$state/runs/$now" | sed '{INTERRUPTED}'
    elif [ "$(ended_with)" = 6 ]; then
      rm -f "$state/accept/$id.now"; printf 'locked\\t\\n'
    else
      printf 'failed\\t'; explain | tr '\\n' ' '; printf '\\n'
    fi
    exit 0
  fi
  printf 'progress\\t%s\\n' "$($job progress 2>/dev/null)"
done
}}
"""


def follow(remote: Remote, told: Progress) -> Record | str:
    """The record of the run that was started, or why there is none; raises Locked.

    A record that says `running` is another's: it was under way already, and nothing was started.
    """
    buffer = ""
    while data := remote.read(65536):
        buffer += data.decode("utf-8", "replace")
        *lines, buffer = buffer.split("\n")
        for line in lines:
            word, _, rest = line.partition("\t")
            if word == "record":
                return parse_record(rest) or "its record is not one that a job of ours writes"
            if word == "failed":
                return rest.strip()
            if word == "locked":
                raise Locked("another run of this copy is under way", "studio-backup status shows how it ends")
            numbers = rest.split("\t")
            if word == "progress" and len(numbers) == 3 and all(re.fullmatch("[0-9]+", number) for number in numbers):
                told(int(numbers[0]), int(numbers[1]), int(numbers[2]))
    return remote.errors().strip() or "the connection ended before the run did; the run goes on"


def preview(route: Route) -> str:
    """The script that only looks."""
    if route.writer.os == "windows":
        return windows_preview(route)
    return f"{configuration(route.studio, route.writer.os)}/job {route.job_conf} preview\n"


def parse_preview(output: str) -> Preview:
    """The lists of a preview; names stay as the job escaped them."""
    found: dict[str, list[str]] = {"created": [], "rewritten": [], "deleted": []}
    for line in output.split("\n"):
        word, tab, name = line.partition("\t")
        if tab and word in found:
            found[word].append(name)
    lines = output.strip().split("\n")
    record = parse_record(lines[-1])
    return Preview(tuple(found["created"]), tuple(found["rewritten"]), tuple(found["deleted"]), record)
