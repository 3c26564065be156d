# machine: raid-zfs
make tank mirror "$W"1 "$W"2 mirror "$W"3 "$W"4
