# machine: raid-zfs
make tank mirror "$W"1 "$W"2
zfs create -o mountpoint=/srv/projects -o studio-backup:id=5e551001-0000-4000-8000-000000000a01 tank/projects; zpool export tank
