# Stands before setup.sh of every case: a btrfs file system, and a dataset that is a subvolume of it.
truncate -s 128M /run/studio-backup-sandbox/image
mkfs.btrfs -q /run/studio-backup-sandbox/image
mkdir -p /srv/work
mount -o loop /run/studio-backup-sandbox/image /srv/work
btrfs subvolume create /srv/work/sessions

# snapshot NAME: one more in the folder of the dataset.
snapshot() {
  mkdir -p /srv/work/.studio-backup-snapshots/sessions/points
  btrfs subvolume snapshot -r /srv/work/sessions "/srv/work/.studio-backup-snapshots/sessions/points/$1"
}
