# machine: raid-zfs
make tank "$W"1
fill tank 30M
zpool export tank
dd if=/dev/urandom of="$W"1-part1 bs=1M seek=20 count=60 conv=notrunc
udevadm settle
zpool import -d "$W"1-part1 tank
zpool scrub -w tank
textual
