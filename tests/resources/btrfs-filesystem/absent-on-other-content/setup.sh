# machine: dash
mkfs.ext4 -q -L sessions "$one"; mkfs.btrfs -q -L other "$two"
