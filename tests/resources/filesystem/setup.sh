# A /dev of the sandbox's own. `disk SIZE` puts a loop device into it, as $loop, with the name of a disk.
place=/run/studio-backup-sandbox/dev; mkdir -p "$place/upper" "$place/work"
mount -t overlay -o "lowerdir=/dev,upperdir=$place/upper,workdir=$place/work" overlay /dev
mkdir -p /dev/disk/by-id
disk() {
  truncate -s "$1" /run/studio-backup-sandbox/image; loop=$(losetup --find --show /run/studio-backup-sandbox/image)
  # It is detached with the last that has it open.
  exec 9<"$loop"; sleep 5 <&9 >/dev/null 2>&1 & losetup --detach "$loop"; exec 9<&-
  ln -s "../../${loop##*/}" /dev/disk/by-id/ata-ST8000_1
}
