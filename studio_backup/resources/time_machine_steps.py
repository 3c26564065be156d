"""What is run to set up Time Machine: each change tried, its words read, and nothing that is there replaced."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from studio_backup.paths import MAC_TOOLS
from studio_backup.resources.mac_volume import MOUNTED
from studio_backup.step import Risk, Step

#: `tm VERB…` runs tmutil, shows what it says, and fails where its words say so, whatever its exit status.
#: `destination_ids WORD` prints the ids of the destinations at a URL or mount point; fails where there is no list.
_TM = rf"""tm() {{
  code=0; said=$({MAC_TOOLS["tmutil"]} "$@" 2>&1) || code=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  case $said in
    *'could not be set'* | *'requires Full Disk Access'* | *'Error ('* | *'(error '*) return 1 ;;
  esac
  return "$code"
}}
destination_ids() {{
  listed=$({MAC_TOOLS["tmutil"]} destinationinfo 2>&1) || listed=
  case $listed in
    *====*) ;;
    'tmutil: No destinations configured.'*) return 0 ;;
    *) printf 'tmutil does not say which destinations there are\n' >&2; return 1 ;;
  esac
  printf '%s\n' "$listed" | word=$1 awk '
    /^(> )?=+$/ {{ here = 0 }}
    match($0, /^[ \t]*[A-Za-z][A-Za-z ]*:[ \t]/) {{
      key = substr($0, 1, RLENGTH); value = substr($0, RLENGTH + 1)
      gsub(/^[ \t]+|[ \t]*:[ \t]*$/, "", key)
      if ((key == "URL" || key == "Mount Point") && value == ENVIRON["word"]) here = 1
      if (key == "ID" && here) print value
    }}'
}}"""


def add(path: str, identity: str) -> Step:
    """One destination more, beside those that are there: it must be the right volume, and no destination yet."""
    quoted = shlex.quote(path)
    guard = f"""{MOUNTED}
{_TM}
mounted_is {shlex.join((path, identity))}
there=$(destination_ids {quoted})
[ -z "$there" ] || {{ printf '%s is a destination already\\n' {quoted}; exit 1; }}"""
    # What replaces it is taken out next: it must be seen in the list by then, whatever tmutil said.
    script = f"""{_TM}
tm setdestination -a {quoted}
waited=0
while there=$(destination_ids {quoted}) || exit 1; [ -z "$there" ]; do
  [ "$waited" -lt 5 ] || {{ printf '%s is not in the list, and nothing said why\n' {quoted}; exit 1; }}
  sleep 1; waited=$((waited + 1))
done"""
    return Step(title=f"add {path} to the destinations", guard=guard, script=script)


def drop(word: str, identity: str) -> Step:
    """One destination less."""
    script = f"{_TM}\ntm removedestination {shlex.quote(identity)}"
    return Step(title=f"take {word} from the destinations; its backups stay", script=script, risk=Risk.DISRUPTS)


def quota(word: str, gigabytes: str, identity: str = "") -> Step:
    """Of the destination with this id; without one, of the only destination at a mount point, whose id is new."""
    title = f"let {word} take {gigabytes} GB"
    if identity:
        return Step(title=title, script=f"{_TM}\ntm setquota {shlex.quote(identity)} {gigabytes}")
    script = f"""{_TM}
ids=$(destination_ids {shlex.quote(word)})
case $ids in
  '' | *[!A-Za-z0-9-]*) printf 'no single destination is at %s\\n' {shlex.quote(word)}; exit 1 ;;
esac
tm setquota "$ids" {gigabytes}"""
    return Step(title=title, script=script)


def automatic(word: str) -> Step:
    """yes or no."""
    state, verb = ("on", "enable") if word == "yes" else ("off", "disable")
    return Step(title=f"turn automatic backups {state}", script=f"{_TM}\ntm {verb}")


def interval(word: str, seconds: int) -> Step:
    """The only way there is: no verb of tmutil sets it."""
    key = "/Library/Preferences/com.apple.TimeMachine AutoBackupInterval"
    return Step(
        title=f"let Time Machine run every {word}", script=f"{MAC_TOOLS['defaults']} write {key} -int {seconds}"
    )


def paths(wanted: Sequence[str], there: Sequence[str]) -> list[Step]:
    """What is left out by its path. A path that is not there would be left out without effect, and without an error."""
    found = []
    for path in (path for path in wanted if path not in there):
        quoted = shlex.quote(path)
        missing = f"[ -e {quoted} ] || {{ printf 'nothing is at %s\\n' {quoted}; exit 1; }}"
        found.append(Step(title=f"leave out {path}", script=f"{_TM}\n{missing}\ntm addexclusion -p {quoted}"))
    for path in (path for path in there if path not in wanted):
        found.append(Step(title=f"take in {path}", script=f"{_TM}\ntm removeexclusion -p {shlex.quote(path)}"))
    return found


def volumes(wanted: Sequence[str], there: Sequence[str], known: Mapping[str, tuple[str, str]]) -> list[Step]:
    """The same for whole volumes, by name; `known` has their UUIDs and where they are mounted, which is how to name
    one."""
    changes = [("addexclusion", "leave out", name) for name in wanted if name not in there]
    changes += [("removeexclusion", "take in", name) for name in there if name not in wanted]
    found = []
    for verb, word, name in changes:
        identity, path = known[name]
        guard = f"{MOUNTED}\nmounted_is {shlex.join((path, identity))}"
        script = f"{_TM}\ntm {verb} -v {shlex.quote(path)}"
        found.append(Step(title=f"{word} the volume {name}", guard=guard, script=script))
    return found
