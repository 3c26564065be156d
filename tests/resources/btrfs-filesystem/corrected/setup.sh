# machine: dash
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-0000000be015 -L tank -d raid1 -m raid1 "$one" "$two" >/dev/null
mount "$one" /srv/tank; head -c 8000000 /dev/zero | tr "\\0" Z >/srv/tank/take.wav; sync; umount /srv/tank; forget
at=$(grep -abo ZZZZZZZZ "$two" | head -n 1 | cut -d : -f 1); tr "\\0" q </dev/zero | dd of="$two" bs=1 seek="$at" count=40000 conv=notrunc 2>/dev/null
btrfs device scan "$one" "$two" >/dev/null; mount "$one" /srv/tank; btrfs scrub start -B /srv/tank >/dev/null || :
