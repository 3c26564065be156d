# machine: dash
bay ata-ST8000VN004-2M2101_LAB0001
mkfs.ext4 -q -F "$bay"; mkdir /srv/tank; mount "$bay" /srv/tank
