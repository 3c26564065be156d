# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be00c -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
forget; rm "$two"
