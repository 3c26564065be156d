#!/bin/sh
# shellcheck shell=sh
# What mdadm's monitor calls: EVENT DEVICE [DISK]. Into the system's log; what somebody must act on also by mail, where
# addresses are written below.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
addresses=''

case ${1:-} in
  Fail | FailSpare | DegradedArray | DeviceDisappeared | SparesMissing | TestMessage) level=crit ;;
  *) level=notice ;;
esac
text="${1:-no event} of ${2:-no array}${3:+, disk $3}, on $(uname -n)"
logger -p "daemon.$level" -t studio-backup -- "$text" || printf '%s\n' "$text" >&2
[ "$level" = crit ] || exit 0
for address in $addresses; do
  # Without a mailer nothing is sent; drift says so.
  printf 'To: %s\nSubject: %s\n\n%s\nstudio-backup drift shows how the array is now.\n' "$address" "$text" "$text" |
    sendmail -i -- "$address" || logger -p daemon.crit -t studio-backup -- "no mail was sent to $address"
done
