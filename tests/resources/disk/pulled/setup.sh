# machine: dash
ln -s ../../sdq /dev/disk/by-id/ata-ST8000VN004-2M2101_LAB0001
