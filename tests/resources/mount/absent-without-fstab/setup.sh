# machine: dash
rm -f /etc/fstab
