"""Making one copy now: the scripts that start its job and follow it, and what they say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from studio_backup.compile import Route
from studio_backup.errors import Locked
from studio_backup.paths import configuration, state
from studio_backup.records import INTERRUPTED, Record, parse_record
from studio_backup.spec.model import Brake
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


def start(route: Route, accept: str, who: str) -> str:
    """Starts the job's unit and follows it: `progress<TAB>…` lines, then `record<TAB>{json}` or `failed<TAB>why`.

    Where a run is under way already nothing is started: that one's record, or `locked<TAB>`.

    The unit goes on when this script is cut off. `accept` names a refused run whose list is accepted, by `who`.
    """
    folder = state(route.studio, route.writer.os)
    accepted = ""
    if accept:
        lines = shlex.quote(f"{accept}\n{who}\n")
        accepted = f"""if [ ! -f "$state/runs/$id.{accept}.list" ]; then
  printf 'failed\\tthere is no refused run %s here\\n' {shlex.quote(accept)}; exit 0
fi
printf %s {lines} >"$state/accept/$id.new"; mv -f "$state/accept/$id.new" "$state/accept/$id"
"""
    return f"""{{
LC_ALL=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH; umask 077
state={folder}; id={route.id}; unit={route.unit}.service
job="{configuration(route.studio, route.writer.os)}/job {route.job_conf}"
records() {{ ls "$state/runs" | grep "^$id\\.[0-9TZ-]*\\.json$"; }}
runs() {{ [ -n "$now" ] && grep -q '"result":"running"' "$state/runs/$now"; }}
asked() {{ systemctl show -p "$1" --value "$unit"; }}
before=$(records)
case $(asked ActiveState) in
  active | activating | deactivating)
    now=$(printf '%s' "$before" | tail -n 1)
    if runs; then printf 'record\\t'; head -n 1 "$state/runs/$now"; else printf 'locked\\t\\n'; fi
    exit 0 ;;
esac
{accepted}: >"$state/accept/$id.now"
systemctl reset-failed "$unit" 2>/dev/null # whoever asks by hand may ask as often as they like
if ! systemctl start --no-block "$unit"; then
  rm -f "$state/accept/$id.now"
  printf 'failed\\tsystemd did not start %s\\n' "$unit"; exit 0
fi
while :; do
  sleep 0.2
  state_now=$(asked ActiveState) queued=$(asked Job)
  now=$(records | grep -vxF -e "$before" | tail -n 1)
  if [ -n "$now" ] && ! runs; then printf 'record\\t'; head -n 1 "$state/runs/$now"; exit 0; fi
  case $state_now,${{queued:-0}} in
    failed,0 | inactive,0)
      if [ -n "$now" ]; then
        printf 'record\\t'; head -n 1 "$state/runs/$now" | sed '{INTERRUPTED}'
      elif [ "$(asked ExecMainStatus)" = 6 ]; then
        rm -f "$state/accept/$id.now"; printf 'locked\\t\\n'
      else
        printf 'failed\\t'; systemctl show -p Result -p ExecMainStatus "$unit" | tr '\\n' ' '; printf '\\n'
      fi
      exit 0 ;;
  esac
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
