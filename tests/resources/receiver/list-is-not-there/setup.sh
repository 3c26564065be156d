# machine: busybox
rm /etc/passwd
