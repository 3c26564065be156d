# machine: dash
disk 16M
head -c 1M /dev/urandom >"$loop"
