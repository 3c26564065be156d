# Comes before every setup.sh here: the file as Debian makes it, one array, an initial RAM disk younger than the file.
[ -e /usr/sbin/update-initramfs ] || mv /usr/sbin/update-initramfs.away /usr/sbin/update-initramfs
W=/dev/disk/by-id/wwn-0x5000c50000000a0
begin() { printf '# >>> studio-backup nas/linux/mdadm-conf/%s (edits between these lines show as drift)\n' "$1"; }
end() { printf '# <<< studio-backup nas/linux/mdadm-conf/%s (edits between these lines show as drift)\n' "$1"; }
ours() { { begin "$1"; printf '%s\n' "$2"; end "$1"; } >>/etc/mdadm/mdadm.conf; }
[ -e /dev/md127 ] || mdadm --create /dev/md/tank --metadata=1.2 --uuid=a0000000:00000000:00000000:00000001 --name=tank --homehost=nas --run --level=1 --raid-devices=2 ${W}1 missing
rm -f /etc/mdadm/mdadm.conf /etc/mdadm/mdadm.conf.real
printf 'HOMEHOST <system>\nMAILADDR root\n' >/etc/mdadm/mdadm.conf
touch -d 2026-11-22T08:00:00 /etc/mdadm/mdadm.conf
touch -d 2026-11-22T09:00:00 /boot/initrd.img-*
systemctl restart mdmonitor.service; sleep 2
