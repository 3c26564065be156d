# machine: raid-zfs
zpool create -f -o ashift=9 tank mirror "$W"1 "$W"2
