#!/bin/sh
# Gives the machine's loop disks their names, as udev would, and mounts its volume. Runs before the SSH server.
set -eu

devices='' labels='' filesystem='' uuid='' path=''
# shellcheck source=/dev/null
. /etc/lab/volume

mkdir -p /dev/disk/by-id /dev/disk/by-uuid "$path"
first='' options='rw'
# shellcheck disable=SC2086
set -- $labels
for device in $devices; do
    ln -sf "../../${device#/dev/}" "/dev/disk/by-id/$1"
    shift
    first=${first:-$device}
    if [ "$filesystem" = btrfs ]; then
        options="$options,device=$device"
    fi
done
ln -sf "../../${first#/dev/}" "/dev/disk/by-uuid/$uuid"
mount -t "$filesystem" -o "$options" "$first" "$path"
