#!/bin/sh
# Lets a Mac in only while the volume of its share is there: smbd runs this before each connection, and refuses it when
# this fails. What is not mounted would be served out of the bare folder, and a whole new backup would fill the system.
#
# share ROOT ID VOLUME STUDIO

LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

program=${0%/*}
# shellcheck source=/dev/null
. "$program/volume.sh"

check_volume target "$1" "$2" "$3" "$4"
# shellcheck disable=SC2154
[ -z "$volume_reason" ] && exit 0
printf 'studio-backup: nobody is let in to a share: %s\n' "$volume_reason" >&2
exit 1
