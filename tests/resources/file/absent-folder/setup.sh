# machine: dash
ls /etc >/dev/null
