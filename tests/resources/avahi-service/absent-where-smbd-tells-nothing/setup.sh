# machine: tm
systemctl --quiet start avahi-daemon; rm -f /etc/avahi/services/*; sed -i '/multicast dns register/d' /etc/samba/smb.conf
sed -i 's/^\[global\]$/[global]\n   multicast dns register = no/' /etc/samba/smb.conf
