#!/bin/sh
# Gives the machine's loop disks their names, as udev would, and mounts its volume. Runs before the SSH server.
set -eu

devices='' labels='' filesystem='' uuid='' path=''
# shellcheck source=/dev/null
. /etc/lab/volume

mkdir -p /dev/disk/by-id /dev/disk/by-uuid /run/udev/data "$path"
first='' options='rw'
# shellcheck disable=SC2086
set -- $labels
for device in $devices; do
    ln -sf "../../${device#/dev/}" "/dev/disk/by-id/$1"
    # The database that lsblk reads serials from.
    cat > "/run/udev/data/b7:${device#/dev/loop}" <<END
S:disk/by-id/$1
I:1
E:ID_SERIAL=${1#*-}
E:ID_SERIAL_SHORT=${1#*-}
E:ID_FS_TYPE=$filesystem
E:ID_FS_UUID=$uuid
E:ID_FS_UUID_ENC=$uuid
END
    shift
    first=${first:-$device}
    if [ "$filesystem" = btrfs ]; then
        options="$options,device=$device"
    fi
done
ln -sf "../../${first#/dev/}" "/dev/disk/by-uuid/$uuid"
mount -t "$filesystem" -o "$options" "$first" "$path"
