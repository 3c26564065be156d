# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be01b -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
forget; mv "$two" "$two.away"; mount -o degraded "$one" /srv/tank; fill 3; umount /srv/tank; forget; mv "$two.away" "$two"
