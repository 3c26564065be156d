# machine: raid-zfs
make tank mirror "$W"1 "$W"2
fill tank 60M
echo 1 >/sys/module/zfs/parameters/zfs_scan_suspend_progress
zpool replace tank "$W"2 "$W"3; sleep 2
textual
