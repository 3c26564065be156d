# machine: dash
mkdir -p /etc/samba; ln -sf /etc/hosts /etc/samba/smb.conf
