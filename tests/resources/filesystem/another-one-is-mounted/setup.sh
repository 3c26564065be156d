# machine: dash
disk 16M
mkfs.ext4 -q -U 7a4b0001-0000-4000-8000-0000000000ff -L tank "$loop"
mkdir -p /mnt; mount "$loop" /mnt
