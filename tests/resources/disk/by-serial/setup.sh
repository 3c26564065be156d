# machine: dash
bay usb-WD_My_Passport_LAB0001-0:0
