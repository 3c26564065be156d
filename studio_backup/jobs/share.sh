#!/bin/sh
# Lets a machine in only while the volume of its share is there: smbd runs this before each connection, and refuses it
# when this fails. What is not mounted would be served out of the bare folder, and a whole new backup would fill the system.
#
# share ROOT ID VOLUME STUDIO [FILES USER]
# FILES is where what is pushed lands, made for USER where it is not there: on btrfs a subvolume, since nobody who comes by
# a share can make one.

LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

program=${0%/*}
# shellcheck source=/dev/null
. "$program/volume.sh"

refuse() {
  printf 'studio-backup: nobody is let in to a share: %s\n' "$1" >&2
  exit 1
}

# shellcheck disable=SC2154
make_files() {
  case $mount_type in
    btrfs) btrfs subvolume create "$1" >/dev/null 2>&1 ;;
    *) mkdir -m 0700 "$1" ;;
  esac && chmod 0700 "$1" && chown -h "$2:$2" "$1"
}

check_volume target "$1" "$2" "$3" "$4"
# shellcheck disable=SC2154
[ -z "$volume_reason" ] || refuse "$volume_reason"
[ -n "${5:-}" ] || exit 0
if [ ! -e "$5" ] && [ ! -h "$5" ]; then make_files "$5" "$6" || refuse landing-missing; fi
if [ ! -d "$5" ] || [ -h "$5" ]; then refuse landing-missing; fi
# Killed before it had given it away.
if [ "$(stat -c %u "$5")" = 0 ]; then chown -h "$6:$6" "$5" || refuse landing-missing; fi
