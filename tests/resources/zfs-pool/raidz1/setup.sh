# machine: raid-zfs
make tank raidz1 "$W"1 "$W"2 "$W"3
