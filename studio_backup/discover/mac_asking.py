"""The same question to a Mac: disks, RAID, Time Machine, and what other products left behind there."""

from __future__ import annotations

from studio_backup.paths import MAC_TOOLS
from studio_backup.resources.mac_backblaze import DATA
from studio_backup.resources.mac_volume import UNESCAPE

#: Words in the name or the text of a launchd job that tell of a backup program.
JOBS = "bombich|carbon copy|backblaze|bzserv|chronosync|superduper|arqbackup|retrospect|rclone|restic|borg|rsync|backup"
#: Where Backblaze writes what it did, readable for all.
BACKBLAZE = f"{DATA}/bzreports"

#: Whole answers of a tool follow a head `plist<TAB>WHAT<TAB>EXIT`, every line of theirs marked. Only disks with
#: something mounted are asked about one by one: what sleeps stays asleep, and no network volume is touched.
SCRIPT = rf"""set +eu
say() {{ printf '%s\t%s\n' "$1" "$2"; }}
said() {{
  what=$1; shift; text=$("$@" 2>/dev/null)
  printf 'plist\t%s\t%s\n' "$what" "$?"; printf '%s\n' "$text" | sed 's/^/| /'
}}
say system "macOS $(sw_vers -productVersion) ($(sw_vers -buildVersion)) $(uname -m)"; say host "$(uname -n)"
said disks {MAC_TOOLS["diskutil"]} list -plist
printf '%s\n' "$text" | awk '/<key>MountPoint<\/key>/ {{
    sub(/.*<key>MountPoint<\/key>/, ""); if ($0 !~ /<string>/) getline
    sub(/^[ \t]*<string>/, ""); sub(/<\/string>.*/, ""); {UNESCAPE}; if ($0 ~ /^\//) print }}' |
  while IFS= read -r point; do said "info $point" {MAC_TOOLS["diskutil"]} info -plist "$point"; done
said raid {MAC_TOOLS["diskutil"]} appleRAID list -plist
said destinations {MAC_TOOLS["tmutil"]} destinationinfo -X
said time-machine {MAC_TOOLS["defaults"]} export /Library/Preferences/com.apple.TimeMachine -
for file in /Library/LaunchDaemons/*.plist /Library/LaunchAgents/*.plist; do
  case $file in */com.apple.* | */studio-backup.*) continue ;; esac
  if [ -f "$file" ] && {{ printf '%s\n' "$file"; cat "$file"; }} 2>/dev/null | grep -qEi '{JOBS}'; then
    said "job $file" cat "$file"
  fi
done
for app in 'Carbon Copy Cloner' Backblaze ChronoSync SuperDuper!; do
  if [ -d "/Applications/$app.app" ]; then say app "$app"; fi
done
for file in bzstat_lastbackupcompleted.xml bzstat_remainingbackup.xml; do
  if [ -f "{BACKBLAZE}/$file" ]; then said "backblaze $file" cat "{BACKBLAZE}/$file"; fi
done
printf 'complete\n'"""
