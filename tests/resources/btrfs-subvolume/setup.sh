# Comes before every setup.sh here: a btrfs of its own, mounted at /srv/tank.
truncate -s 128M /run/studio-backup-sandbox/image; device=$(losetup --find --show /run/studio-backup-sandbox/image)
# It is detached with the last that has it open.
exec 9<"$device"; { sleep 10; umount /srv/tank; btrfs device scan --forget "$device"; } <&9 >/dev/null 2>&1 &
losetup --detach "$device"; exec 9<&-
mkfs.btrfs -q "$device"; mkdir -p /srv/tank; mount "$device" /srv/tank
