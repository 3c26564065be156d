# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be021 -L tank -d raid1c3 -m raid1c3 "$one" "$two" "$three" >/dev/null; mount "$one" /srv/tank
