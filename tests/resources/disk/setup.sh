# Stands before setup.sh of every case: disks of the sandbox, with names below /dev/disk/by-id, that go when it does.
place=/run/studio-backup-sandbox
mkdir -p "$place/dev/upper" "$place/dev/work"
mount -t overlay -o "lowerdir=/dev,upperdir=$place/dev/upper,workdir=$place/dev/work" overlay /dev
mkdir -p /dev/disk/by-id

# bay NAME: sets bay to an empty disk of 64 MiB that is called NAME.
bay() {
  truncate -s 64M "$place/$1"
  bay=$(losetup --find --show "$place/$1")
  ln -s "../../${bay##*/}" "/dev/disk/by-id/$1"
  # It stays as long as something has it open, and no longer.
  exec 7<"$bay"
  sleep 5 <&7 >/dev/null 2>&1 &
  losetup --detach "$bay"
  exec 7<&-
}
