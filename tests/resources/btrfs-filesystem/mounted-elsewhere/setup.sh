# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be008 -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
unshare --mount sh -c "mount $one /srv/tank; exec sleep 25" >/dev/null 2>&1 </dev/null &
sleep 1
