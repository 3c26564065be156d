# machine: raid
W=/dev/disk/by-id/wwn-0x5000c50000000a0
:
udevadm settle
