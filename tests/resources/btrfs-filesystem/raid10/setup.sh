# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be022 -L tank -d raid10 -m raid10 "$one" "$two" "$three" "$four" >/dev/null; mount "$one" /srv/tank
