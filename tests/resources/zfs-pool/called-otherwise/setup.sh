# machine: raid-zfs
make data mirror "$W"1 "$W"2
