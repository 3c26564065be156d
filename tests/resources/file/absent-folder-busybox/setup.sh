# machine: busybox
ls /etc >/dev/null
