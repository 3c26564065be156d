# machine: raid-zfs
old=$(cat /sys/module/spl/parameters/spl_hostid); echo 3735928559 >/sys/module/spl/parameters/spl_hostid; hostname vault
make tank mirror "$W"3 "$W"4
for n in 1 2; do dd if="$W$((n + 2))" of="$W$n" bs=4M conv=sparse; done
zpool destroy tank; for n in 3 4; do wipefs -aq "$W$n"; blkdiscard -f "$W$n"; done
echo "$old" >/sys/module/spl/parameters/spl_hostid; hostname raid; udevadm settle; blockdev --rereadpt "$W"[1-4]; udevadm settle
