# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be024 -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
mount "$one" /srv/tank; n=0; while fallocate -l 8M /srv/tank/take-$n.wav 2>/dev/null; do n=$((n + 1)); done
