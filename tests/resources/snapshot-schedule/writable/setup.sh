# machine: dash
snapshot 2026-11-22T02-30-00Z
snapshot 2026-11-22T03-30-00Z
btrfs subvolume create /srv/work/points
btrfs property set -ts /srv/work/.studio-backup-snapshots/sessions/points/2026-11-22T02-30-00Z ro false
