# machine: raid-zfs
make tank mirror "$W"1 "$W"2
mv /usr/sbin/zpool /usr/sbin/zpool.away
