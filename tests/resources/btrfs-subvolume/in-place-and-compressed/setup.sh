# machine: dash
btrfs subvolume create "/srv/tank/the sessions" >/dev/null; chattr +C "/srv/tank/the sessions"
