# machine: dash
disk 16M
