# Comes before every setup.sh here: four blank disks of 300 MB, one, two, three and four, named ata-ST8000_1 to _4.
place=/run/studio-backup-sandbox/dev; mkdir -p "$place/upper" "$place/work"
mount -t overlay -o "lowerdir=/dev,upperdir=$place/upper,workdir=$place/work" overlay /dev
mkdir -p /dev/disk/by-id /srv/tank
new_disk() {
  truncate -s 300M "/run/studio-backup-sandbox/image$1"; device=$(losetup --find --show "/run/studio-backup-sandbox/image$1")
  # It is detached with the last that has it open, and forgotten: the kernel mounts no second one of a UUID it knows.
  exec 9<"$device"; { sleep 30; umount /srv/tank; btrfs device scan --forget "$device"; } <&9 >/dev/null 2>&1 &
  losetup --detach "$device"; exec 9<&-
  ln -s "../../${device##*/}" "/dev/disk/by-id/ata-ST8000_$1"; btrfs device scan --forget "$device" 2>/dev/null || :
}
new_disk 1; one=$device; new_disk 2; two=$device; new_disk 3; three=$device; new_disk 4; four=$device
forget() { for device in "$one" "$two" "$three" "$four"; do btrfs device scan --forget "$device" 2>/dev/null || :; done; }
fill() { head -c "${1}000000" /dev/urandom >/srv/tank/take.wav; sync; }
slow() { for at in /sys/fs/btrfs/"$1"/devinfo/*; do echo 4194304 >"$at/scrub_speed_max"; done; }
