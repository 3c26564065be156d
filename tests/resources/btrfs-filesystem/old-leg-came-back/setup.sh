# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be018 -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
mount "$one" /srv/tank; fill 3; umount /srv/tank; cat "$two" >/run/studio-backup-sandbox/old; mount "$one" /srv/tank; fill 3; fill 4
btrfs replace start -B 2 "$three" /srv/tank; cat /run/studio-backup-sandbox/old >"$two"; umount /srv/tank; forget
