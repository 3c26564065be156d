# machine: raid-zfs

