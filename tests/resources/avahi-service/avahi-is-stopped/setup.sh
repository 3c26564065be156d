# machine: tm
systemctl --quiet start avahi-daemon; rm -f /etc/avahi/services/*; sed -i '/multicast dns register/d' /etc/samba/smb.conf
systemctl --quiet mask --now avahi-daemon.socket avahi-daemon.service 2>/dev/null
