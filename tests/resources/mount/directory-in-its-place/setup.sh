# machine: dash
rm -f /etc/fstab
mkdir /etc/fstab
