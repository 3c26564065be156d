# machine: dash
bay ata-ST8000VN004-2M2101_LAB0001; bay usb-Bridge_LAB0001-0:0
