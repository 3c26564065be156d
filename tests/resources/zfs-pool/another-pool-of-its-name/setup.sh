# machine: raid-zfs
make tank mirror "$W"3 "$W"4
