# machine: dash
rm -rf /etc/samba; mkdir -p /etc/samba
