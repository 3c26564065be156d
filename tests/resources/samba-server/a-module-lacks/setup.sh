# machine: tm
systemctl --quiet enable --now smbd 2>/dev/null; mv /usr/lib/x86_64-linux-gnu/samba/vfs/fruit.so /root/fruit.so
