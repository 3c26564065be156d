"""What is run to set up Time Machine: each change tried, its words read, and nothing that is there replaced."""

from __future__ import annotations

import shlex

from studio_backup.paths import MAC_TOOLS
from studio_backup.resources.mac_volume import MOUNTED

#: `tm VERB…` runs tmutil, shows what it says, and fails where its words say so, whatever its exit status.
#: `destination_ids WORD` prints the ids of the destinations at a URL or mount point.
_TM = rf"""tm() {{
  code=0; said=$({MAC_TOOLS["tmutil"]} "$@" 2>&1) || code=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  case $said in
    *'could not be set'* | *'requires Full Disk Access'* | *'Error ('* | *'(error '*) return 1 ;;
  esac
  return "$code"
}}
destination_ids() {{
  {MAC_TOOLS["tmutil"]} destinationinfo 2>&1 | word=$1 awk '
    /^(> )?=+$/ {{ here = 0 }}
    match($0, /^[ \t]*[A-Za-z][A-Za-z ]*:[ \t]/) {{
      key = substr($0, 1, RLENGTH); value = substr($0, RLENGTH + 1)
      gsub(/^[ \t]+|[ \t]*:[ \t]*$/, "", key)
      if ((key == "URL" || key == "Mount Point") && value == ENVIRON["word"]) here = 1
      if (key == "ID" && here) print value
    }}'
}}"""


def add_local(path: str, identity: str) -> tuple[str, str]:
    """Guard and script: one destination more, beside those that are there. It must be the right volume, and no twin."""
    guard = f"{MOUNTED}\n{_TM}\nmounted_is {shlex.join((path, identity))}\n{_not_there(path)}"
    return guard, f"{_TM}\ntm setdestination -a {shlex.quote(path)}"


def _not_there(word: str) -> str:
    quoted = shlex.quote(word)
    return (
        f"there=$(destination_ids {quoted})\n"
        f"[ -z \"$there\" ] || {{ printf '%s is a destination already\\n' {quoted}; exit 1; }}"
    )


def drop(identity: str) -> str:
    """One destination less; its backups stay where they are."""
    return f"{_TM}\ntm removedestination {shlex.quote(identity)}"


def quota(word: str, gigabytes: str) -> str:
    """Of the one destination at a URL or mount point, whose id may be new."""
    return f"""{_TM}
ids=$(destination_ids {shlex.quote(word)})
case $ids in
  '' | *[!A-Za-z0-9-]*) printf 'no single destination is at %s\\n' {shlex.quote(word)}; exit 1 ;;
esac
tm setquota "$ids" {gigabytes}"""


def automatic(word: str) -> str:
    """yes or no."""
    return f"{_TM}\ntm {'enable' if word == 'yes' else 'disable'}"


def interval(seconds: int) -> str:
    """The only way there is: no verb of tmutil sets it."""
    return f"{MAC_TOOLS['defaults']} write /Library/Preferences/com.apple.TimeMachine AutoBackupInterval -int {seconds}"


def exclude_path(verb: str, path: str) -> str:
    """`verb`: addexclusion or removeexclusion. What is not there is left out without effect, and without an error."""
    quoted = shlex.quote(path)
    missing = f"[ -e {quoted} ] || {{ printf 'nothing is at %s\\n' {quoted}; exit 1; }}\n"
    return f"{_TM}\n{missing if verb == 'addexclusion' else ''}tm {verb} -p {quoted}"


def exclude_volume(verb: str, path: str, identity: str) -> tuple[str, str]:
    """Guard and script for a volume, which is named by where it is mounted."""
    return f"{MOUNTED}\nmounted_is {shlex.join((path, identity))}", f"{_TM}\ntm {verb} -v {shlex.quote(path)}"
