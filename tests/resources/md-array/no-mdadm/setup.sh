# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
mv /sbin/mdadm /sbin/mdadm.away
udevadm settle
