# machine: raid-zfs
make tank mirror "$W"1 "$W"2
mv /dev/disk/by-id /dev/disk/by-id.away
