# machine: raid-zfs
make tank mirror "$W"1 "$W"2
fill tank 3M
pull 2; zpool destroy -f tank; blkdiscard -f "$W"1; blockdev --rereadpt "$W"1; plug; udevadm settle
