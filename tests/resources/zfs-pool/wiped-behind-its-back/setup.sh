# machine: raid-zfs
make tank mirror "$W"1 "$W"2
fill tank 3M
zpool export tank; blkdiscard -f "$W"2; blockdev --rereadpt "$W"2; udevadm settle; zpool import -d "$W"1-part1 tank
