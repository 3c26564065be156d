# machine: dash
btrfs subvolume create "/srv/tank/the sessions" >/dev/null
