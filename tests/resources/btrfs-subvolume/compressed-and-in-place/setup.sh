# machine: dash
btrfs subvolume create "/srv/tank/the sessions" >/dev/null; btrfs property set "/srv/tank/the sessions" compression zstd
