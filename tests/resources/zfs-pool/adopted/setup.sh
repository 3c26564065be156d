# machine: raid-zfs
zpool create -f tank mirror "$(readlink -f "$W"1)" "$(readlink -f "$W"2)"; udevadm settle
