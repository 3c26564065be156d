#!/bin/sh
# What launchd starts in the quiet hours of a Mac: stops a backup of Time Machine that runs. macOS begins it again by
# itself. Wants neither root nor Full Disk Access.
#
# quiet FROM UNTIL   minutes since midnight; until the next day where UNTIL is not after FROM

LC_ALL=C
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export LC_ALL PATH

# What was missed asleep is made up for at the next wake, whenever that is. 08 would be octal.
# shellcheck disable=SC2046
set -- "$1" "$2" $(date '+%H %M')
now=$((${3#0} * 60 + ${4#0}))
if [ "$1" -lt "$2" ]; then
  if [ "$now" -lt "$1" ] || [ "$now" -ge "$2" ]; then exit 0; fi
elif [ "$now" -lt "$1" ] && [ "$now" -ge "$2" ]; then exit 0; fi
case $(/usr/bin/tmutil status 2>/dev/null) in
  *'Running = 1;'*) exec /usr/bin/tmutil stopbackup ;;
esac
