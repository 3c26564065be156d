# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be012 -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
mount "$one" /srv/tank; fill 90; slow 7a4b0001-0000-4000-8000-0000000be012
btrfs balance start --bg --full-balance /srv/tank >/dev/null 2>&1; sleep 0.05; btrfs balance pause /srv/tank || :
