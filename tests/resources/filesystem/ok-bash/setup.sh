# machine: bash
disk 16M
mkfs.ext4 -q -U 7a4b0001-0000-4000-8000-000000000001 -L tank "$loop"
