# machine: dash
btrfs subvolume create /srv/tank/other >/dev/null; ln -s other "/srv/tank/the sessions"
