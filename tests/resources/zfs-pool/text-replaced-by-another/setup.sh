# machine: raid-zfs
make tank mirror "$W"1 "$W"2
fill tank 3M
pull 2; echo x >/srv/fill/y; zpool sync tank
textual
