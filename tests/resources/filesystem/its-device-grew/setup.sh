# machine: dash
place=/run/studio-backup-sandbox/dev; mkdir -p "$place/upper" "$place/work"
mount -t overlay -o "lowerdir=/dev,upperdir=$place/upper,workdir=$place/work" overlay /dev
mkdir -p /dev/disk/by-id
truncate -s 16M /run/studio-backup-sandbox/image; loop=$(losetup --find --show /run/studio-backup-sandbox/image)
# It is detached with the last that has it open.
exec 9<"$loop"; sleep 5 <&9 >/dev/null 2>&1 & losetup --detach "$loop"; exec 9<&-
ln -s "../../${loop##*/}" /dev/disk/by-id/ata-ST8000_1
mkfs.ext4 -q -U 7a4b0001-0000-4000-8000-000000000001 -L tank "$loop" 10M
mkdir -p /srv/tank; mount "$loop" /srv/tank
