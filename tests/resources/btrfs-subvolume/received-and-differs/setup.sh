# machine: dash
mkdir /srv/tank/out; btrfs subvolume create /srv/tank/x >/dev/null
btrfs subvolume snapshot -r /srv/tank/x "/srv/tank/out/the sessions" >/dev/null
btrfs send "/srv/tank/out/the sessions" 2>/dev/null | btrfs receive /srv/tank 2>/dev/null
