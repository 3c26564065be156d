"""Whether a volume of a Mac is mounted where it belongs: by what diskutil says, in its XML form alone."""

from __future__ import annotations

from studio_backup.paths import MAC_TOOLS
from studio_backup.resource import Unparsable
from studio_backup.resources.mac_told import Told, text_of

#: In awk: a text of a property list as it is meant. Names of volumes such as `R&B` stand there as `R&amp;B`.
UNESCAPE = r'gsub(/&lt;/, "<"); gsub(/&gt;/, ">"); gsub(/&amp;/, "\\&")'
#: `volume_word PATH KEY` prints a text of diskutil's property list; `mounted_is PATH ID` refuses another volume.
MOUNTED = rf"""volume_word() {{
  {MAC_TOOLS["diskutil"]} info -plist "$1" 2>/dev/null | awk -v key="<key>$2</key>" '
    found {{ sub(/^[ \t]*<string>/, ""); sub(/<\/string>[ \t]*$/, ""); {UNESCAPE}; print; exit }}
    index($0, key) {{ found = 1 }}'
}}
mounted_is() {{
  [ "$(volume_word "$1" MountPoint)" = "$1" ] || {{ printf 'nothing is mounted at %s\n' "$1"; return 1; }}
  [ "$(volume_word "$1" VolumeUUID)" = "$2" ] || {{ printf 'another volume is mounted at %s\n' "$1"; return 1; }}
}}"""


def mounted(said: Told, path: str, identity: str) -> None:
    """Raise Unparsable, in words for people, unless the volume with this id is mounted at this path."""
    found = said.plist()
    if found.get("Error"):
        raise Unparsable(f"{path}: {text_of(found.get('ErrorMessage'), 'what diskutil says')}")
    if found.get("MountPoint") != path:
        raise Unparsable(f"nothing is mounted at {path}", "plug the drive in, or mount it; then plan again")
    if str(found.get("VolumeUUID", "")).upper() != identity.upper():
        raise Unparsable(f"another volume is mounted at {path}: {found.get('VolumeUUID', 'without a UUID')}")
