# machine: raid-zfs
make tank mirror "$W"1 "$W"2 "$W"3
