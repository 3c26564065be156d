# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
mv /dev/disk/by-id /dev/disk/by-id.away
udevadm settle
