# machine: raid-zfs
make tank mirror "$W"1 "$W"2
zfs create -o mountpoint=/srv/projects tank/projects
