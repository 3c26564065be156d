# machine: dash
disk 128M
mkfs.btrfs -q -U 7a4b0001-0000-4000-8000-00000000000b -L tank "$loop"; mkdir -p "/srv/the tank"; mount "$loop" "/srv/the tank"
