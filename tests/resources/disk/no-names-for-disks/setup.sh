# machine: dash
rmdir /dev/disk/by-id
