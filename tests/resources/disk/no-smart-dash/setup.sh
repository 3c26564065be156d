# machine: dash
bay ata-ST8000VN004-2M2101_LAB0001
