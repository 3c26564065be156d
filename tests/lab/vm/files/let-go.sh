#!/bin/sh
# Makes the machine let go of all disks but its own, whatever was built on them; says what it still holds.

# The kernel's own tables: a disk that was pulled stands in them, too, while something is still on it.
mounted() { sed -n '/^\/dev\/vda /d; s/^\/dev\/[^ ]* \([^ ]*\) .*/\1/p' /proc/mounts | tac; }
held() {
    mounted
    sed '1d; s/ .*//' /proc/swaps
    sed -n 's/^md\([^ ]*\) : .*/\/dev\/md\1/p' /proc/mdstat
    for mapped in /sys/class/block/dm-*; do [ ! -e "$mapped" ] || echo "${mapped##*/}"; done
}

# Three times: an array may carry a volume group that carries an array.
for _ in 1 2 3; do
    [ -n "$(held)" ] || break
    swapoff --all
    mounted | while read -r folder; do umount "$(printf %b "$folder")"; done
    dmsetup remove_all
    mdadm --stop --scan
done
btrfs device scan --forget
if [ -n "$(held)" ]; then
    held | sed 's/^/still held: /' >&2
    exit 1
fi
