# machine: dash
bay wwn-0x5000c500a0000001
