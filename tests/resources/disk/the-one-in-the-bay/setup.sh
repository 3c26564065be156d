# machine: dash
bay wwn-0x5000c500a0000001; ln -s "../../${bay##*/}" /dev/disk/by-id/ata-ST8000VN004-2M2101_LAB0001
